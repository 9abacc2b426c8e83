-- What each trace comes to when it is judged again, which where it replays is what was stored.
select
  trace.trace_id,
  trace.user_id,
  trace.window_days,
  judged.primary_persona,
  judged.matched_personas,
  $all_replay or coalesce(replayed.agrees, false) as replays
from decision_traces as trace
join persona_assignments as judged
  on judged.user_id = trace.user_id and judged.window_days = trace.window_days
left join _evaluation_replayed as replayed
  on replayed.user_id = trace.user_id and replayed.window_days = trace.window_days
