-- What is published of whoever is advised: a row per person, window and feature that has a value.
with published as (
  select cast(columns(* exclude (as_of, user_id, pay_frequency)) as double), user_id
  from features_30d
  union all by name
  select cast(columns(* exclude (as_of, user_id, pay_frequency)) as double), user_id
  from features_180d
),
further as (
  select
    person.person_no,
    published.* exclude (user_id),
    published.income_monthly_usd + published.benefit_income_monthly_usd
      as income_and_benefits_monthly_usd,
    round(
      published.low_balance_day_share * least(published.window_days, published.history_days)
    ) as low_balance_day_count
  from _guard_people as person
  join published
    on published.user_id = person.user_id and published.window_days = person.window_days
)
select person_no, fact, amount
from (unpivot further on columns(* exclude (person_no)) into name fact value amount)
