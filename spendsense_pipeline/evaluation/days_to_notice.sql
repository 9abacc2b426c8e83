-- Per kind of event and window: days until it is noticed, half of them sooner.
with event as (
  select 'any' as kind, window_days, noticed_after_days from event_detection
  union all
  select kind, window_days, noticed_after_days from event_detection
),
targets as (
  select unnest($windows) as window_days, unnest($most_days) as most_days
),
counted as (
  select
    event.kind,
    event.window_days,
    targets.most_days,
    count(*) as cases,
    median(event.noticed_after_days) as middle,
    quantile_cont(event.noticed_after_days, 0.1) as earliest,
    quantile_cont(event.noticed_after_days, 0.9) as latest
  from event
  join targets on targets.window_days = event.window_days
  where event.noticed_after_days is not null
  group by event.kind, event.window_days, targets.most_days
)
select
  kind || ', ' || window_days || ' days' as segment,
  middle as value,
  cast(null as bigint) as numerator,
  cases as denominator,
  earliest as lower,
  latest as upper,
  '<= ' || most_days || ' days' as target,
  if(cases >= $least_cases, middle <= most_days, null) as passed,
  if(cases < $least_cases, 'not judged: fewer than ' || $least_cases || ' cases', null) as note
from counted
