-- What each trace says was matched, and whether judging again from it gives the decision stored.
select
  trace.trace_id,
  trace.user_id,
  trace.window_days,
  trace.primary_persona,
  from_json(json_extract(trace.trace, '$.decision.matched'), '["VARCHAR"]') as matched,
  $all_replay or coalesce(replayed.agrees, false) as replays
from decision_traces as trace
left join _evaluation_replayed as replayed
  on replayed.user_id = trace.user_id and replayed.window_days = trace.window_days
