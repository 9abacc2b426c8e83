-- Per window, the items whose trace is the person's, replays, and names their persona as matched.
select
  item.window_days,
  count(*) filter (
    trace.replays
    and list_contains(
      if(len(trace.matched_personas) = 0, [trace.primary_persona], trace.matched_personas),
      item.persona
    )
  ) as hits,
  count(*) as cases
from _evaluation_items as item
left join _evaluation_traces as trace
  on trace.trace_id = item.because.trace_id
  and trace.user_id = item.user_id
  and trace.window_days = item.window_days
group by item.window_days
