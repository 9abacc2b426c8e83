-- How many days banks were open from the first row until each day up to as_of, or the last row's.
select
  cast(day as date) as date,
  cast(count(*) filter (closed.date is null) over (order by day) as integer) as business_day
from (
  select
    unnest(
      generate_series(
        coalesce(least(min(date), $as_of), $as_of),
        coalesce(greatest(max(date), $as_of), $as_of),
        interval 1 day
      )
    ) as day
  from raw_transactions
)
left join _checks_closed_days as closed on closed.date = cast(day as date)
