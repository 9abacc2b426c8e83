-- What is known of the people at hand over both windows, one row per person and window: features as
-- they are published, facts beside them, slots of rows, and the personas that an item may answer,
-- in order of priority.
select
  cast(row_number() over () as integer) as known_no,
  judged.user_id,
  judged.window_days,
  judged.as_of,
  trace.trace_id,
  case
    when len(judged.matched_personas) = 0 then [judged.primary_persona]
    else judged.matched_personas
  end as personas,
  feature.* exclude (user_id, window_days),
  feature.income_monthly_usd + feature.benefit_income_monthly_usd
    as income_and_benefits_monthly_usd,
  round(feature.low_balance_day_share * least(judged.window_days, feature.history_days))
    as low_balance_day_count,
  balance.* exclude (user_id),
  held.* exclude (user_id),
  slot.* exclude (user_id)
from _advice_people as person
join persona_assignments as judged on judged.user_id = person.user_id
join decision_traces as trace
  on trace.user_id = judged.user_id and trace.window_days = judged.window_days
join _advice_features as feature
  on feature.user_id = judged.user_id and feature.window_days = judged.window_days
left join _advice_balances as balance on balance.user_id = judged.user_id
left join _advice_held as held on held.user_id = judged.user_id
left join _advice_slots as slot on slot.user_id = judged.user_id
