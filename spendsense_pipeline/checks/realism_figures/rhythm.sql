-- Per person: everyday spending a day in the three days from payday over that on other days.
with day as (
  select user_id, date, sum(cents) as cents
  from _checks_everyday_purchases
  group by user_id, date
),
payday as (
  select distinct user_id, date
  from _checks_paychecks
  where user_id <= $last_person
),
near_payday as (
  select distinct user_id, date + after as date
  from payday, (values (0), (1), (2)) as window_days (after)
  where date + after <= $as_of
),
person as (
  select
    day.user_id,
    sum(day.cents) filter (near_payday.date is not null) as near_cents,
    sum(day.cents) filter (near_payday.date is null) as far_cents
  from day
  left join near_payday on near_payday.user_id = day.user_id and near_payday.date = day.date
  group by day.user_id
),
near as (
  select user_id, count(*) as near_days from near_payday
  group by user_id
)
select
  person.user_id,
  (person.near_cents / near.near_days)
  / nullif(person.far_cents / ($as_of - $history_start + 1 - near.near_days), 0)
    as payday_ratio
from person
join near on near.user_id = person.user_id
where near.near_days < $as_of - $history_start + 1
order by person.user_id
