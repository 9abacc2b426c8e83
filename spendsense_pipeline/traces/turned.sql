-- The criteria that would have to turn, per decision and way to change it, each with where it would
-- go.
select
  j.user_id, j.window_days, w.way, w.persona, j.rank, j.criterion, j.feature, w.is_met_then,
  j.value, t.changed,
  -- how large a change is: over the threshold, null for a yes/no answer or a threshold of zero
  abs(j.value - t.changed) / c.scale as size
from _judged_predicates as j
join _trace_decisions as d using (user_id, window_days)
join _ways_out as w
  on w.decided = d.primary_persona and w.criterion = j.criterion and w.is_met_then <> j.is_met
join _turns as t on t.criterion = w.criterion and t.is_met_then = w.is_met_then
join _criteria as c on c.criterion = j.criterion
