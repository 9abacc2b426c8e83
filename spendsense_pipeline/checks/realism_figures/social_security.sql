-- Per person: payments of Social Security, and those that come on a day its rule allows: the
-- second, third or fourth Wednesday or the third of a month, or the last open day before.
with day as (
  select cast(day as date) as day
  from generate_series($history_start - 10, $as_of, interval 1 day) as days (day)
),
rule as (
  select day
  from day
  where day(day) = 3 or (isodow(day) = 3 and day(day) between 8 and 28)
),
allowed as (
  select distinct
    (
      select max(open.day) from day as open
      where open.day between rule.day - 6 and rule.day
        and open.day not in (select date from _checks_closed_days)
    ) as day
  from rule
)
select
  row.user_id,
  count(*) as payments,
  count(*) filter (row.date in (select day from allowed)) as on_the_day
from raw_transactions as row
where row.user_id <= $last_person
  and not row.pending
  and row.category_detailed = $pension
  and row.merchant_name ilike 'social security%'
group by row.user_id
order by row.user_id
