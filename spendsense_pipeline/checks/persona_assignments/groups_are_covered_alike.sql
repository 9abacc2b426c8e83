-- No demographic group's coverage differs from everybody else's by more than chance explains, and by 10 points.
-- Chance: the 95 % interval of the difference, all groups of the window taken together ($z).
with person as (
  select
    assignment.window_days,
    assignment.primary_persona <> 'general' as is_covered,
    case
      when people.age < 25 then 'under 25'
      when people.age < 35 then '25-34'
      when people.age < 50 then '35-49'
      when people.age < 65 then '50-64'
      when people.age >= 65 then '65 and over'
    end as age_band,
    people.gender,
    people.income_tier,
    people.region
  from persona_assignments as assignment
  join raw_users as people on people.user_id = assignment.user_id
),
membership as (
  unpivot person on age_band, gender, income_tier, region into name dimension value group_name
),
member_group as (
  select
    window_days,
    dimension,
    group_name,
    count(*) as people,
    count(*) filter (is_covered) as covered
  from membership
  group by window_days, dimension, group_name
),
compared as (
  select
    *,
    sum(people) over everybody - people as rest_people,
    sum(covered) over everybody - covered as rest_covered,
    sum(covered) over everybody / sum(people) over everybody as overall
  from member_group
  window everybody as (partition by window_days, dimension)
)
select
  window_days,
  dimension,
  group_name,
  people,
  covered / people as coverage,
  rest_covered / rest_people as coverage_of_the_rest,
  abs(covered / people - rest_covered / rest_people) as difference,
  greatest(
    0.1, $z * sqrt(overall * (1 - overall) * (1 / people + 1 / rest_people))
  ) as tolerance
from compared
-- below ten people the interval is no guide
where people >= 10 and rest_people >= 10
