-- Per window: of all events, those before which it had not shown the persona the person lived as.
select
  'any' as kind,
  window_days,
  count(*) filter (status = 'unsteady') as hits,
  count(*) as cases
from event_detection
group by window_days
