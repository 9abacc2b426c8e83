-- Per kind of event and window: of the events it had every chance to notice, those it did.
with event as (
  select 'any' as kind, window_days, status from event_detection
  union all
  select kind, window_days, status from event_detection
)
select
  kind,
  window_days,
  count(*) filter (status = 'noticed') as hits,
  count(*) as cases
from event
where status in ('noticed', 'never')
group by kind, window_days
