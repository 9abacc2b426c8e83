-- Of every kind of event and of all together: how many, how many each window noticed, and when.
with event as (
  select 'any' as subject, * from event_detection
  union all
  select kind as subject, * from event_detection
),
counted as (
  select
    subject,
    window_days,
    count(*) as events,
    count(*) filter (status = 'unsteady') as unsteady,
    count(*) filter (status = 'noticed') as noticed,
    count(*) filter (status in ('noticed', 'never')) as decided,
    quantile_cont(noticed_after_days, 0.1) as earliest,
    median(noticed_after_days) as middle,
    quantile_cont(noticed_after_days, 0.9) as latest
  from event
  group by subject, window_days
)
select
  'life_event.noticed_share' as measure,
  subject,
  window_days,
  noticed / decided as value,
  'fraction' as unit,
  decided as cases
from counted
where decided > 0
union all
select 'life_event.days_to_notice.p10', subject, window_days, earliest, 'days', noticed
from counted
where noticed > 0
union all
select 'life_event.days_to_notice.median', subject, window_days, middle, 'days', noticed
from counted
where noticed > 0
union all
select 'life_event.days_to_notice.p90', subject, window_days, latest, 'days', noticed
from counted
where noticed > 0
union all
select 'life_event.near_a_line_share', subject, window_days, unsteady / events, 'fraction', events
from counted
order by measure, window_days, subject
