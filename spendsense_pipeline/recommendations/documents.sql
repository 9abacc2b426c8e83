-- The rows of `recommendations`: what was chosen, with its words, its proofs and its verdicts.
select
  chosen.recommendation_id,
  chosen.user_id,
  chosen.window_days,
  known.as_of,
  cast(chosen.rank as integer) as rank,
  chosen.kind,
  item.form,
  chosen.content_id,
  item.title,
  words.rationale,
  $disclosure as disclosure,
  chosen.persona,
  to_json({
    trace_id: known.trace_id,
    features: coalesce(proof.features, []),
    "rows": coalesce(proof."rows", [])
  }) as because,
  to_json(verdict.eligibility) as eligibility,
  $catalog_version as catalog_version,
  $status as status
from _advice_chosen as chosen
join _advice_facts as known on known.known_no = chosen.known_no
join _advice_items as item on item.content_id = chosen.content_id
join _advice_words as words on words.chosen_no = chosen.chosen_no
join _advice_proofs as proof on proof.chosen_no = chosen.chosen_no
join _advice_verdicts as verdict on verdict.chosen_no = chosen.chosen_no
order by chosen.user_id, chosen.window_days, chosen.kind, chosen.rank
