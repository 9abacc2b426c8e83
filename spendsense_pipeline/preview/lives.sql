-- One person of each of the most frequent personas in a window: the first of them, so that a change
-- that leaves somebody as they were shows the same person.
with counted as (
  select primary_persona, count(*) as people, min(user_id) as user_id
  from persona_assignments
  where window_days = $window_days
  group by primary_persona
)
select
  person.user_id,
  person.name,
  person.age,
  person.household_type,
  person.state,
  person.income_tier,
  counted.primary_persona as persona,
  feature.pay_frequency,
  coalesce(feature.income_monthly_usd, 0) + coalesce(feature.benefit_income_monthly_usd, 0)
    as in_monthly_usd,
  feature.monthly_expenses_usd as out_monthly_usd
from counted
join raw_users as person on person.user_id = counted.user_id
join features_180d as feature on feature.user_id = counted.user_id
order by counted.people desc, list_position($personas, counted.primary_persona)
limit $lives
