-- The rows of `recommendations`: what was chosen, its sentence filled, its proofs and its verdicts.
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
  told_in(item.pieces, told.words) as rationale,
  $disclosure as disclosure,
  chosen.persona,
  '{"trace_id":"' || known.trace_id || '","features":['
  || array_to_string(
    list_transform(
      item.features,
      lambda cited: cited.head
      || ',"value":' || as_number(told.values[cited.fact_no])
      || ',"shown":' || as_text(told.words[cited.fact_no]) || '}'
    ),
    ','
  )
  || '],"rows":['
  || array_to_string(
    list_transform(
      item.rows,
      lambda cited: cited.head
      || ',"id":' || as_text(told.row_ids[cited.fact_no])
      || ',"value":' || as_number(told.values[cited.fact_no])
      || ',"shown":' || as_text(told.words[cited.fact_no]) || '}'
    ),
    ','
  )
  || ']}' as because,
  '[' || array_to_string(
    list_transform(
      item.conditions,
      lambda criterion: criterion.head
      || ',"value":' || as_number(told.values[criterion.fact_no])
      || ',"is_met":'
      || is_met(told.values[criterion.fact_no], criterion.operator, criterion.threshold)
      || criterion.tail
    ),
    ','
  ) || ']' as eligibility,
  $catalog_version as catalog_version,
  $status as status
from _advice_chosen as chosen
join _advice_facts as known on known.known_no = chosen.known_no
join _advice_told as told on told.known_no = chosen.known_no
join _advice_items as item on item.content_id = chosen.content_id
order by chosen.user_id, chosen.window_days, chosen.kind, chosen.rank
