-- Features a decision has to prove: those that made the match, or for general the runner-up's.
with
features as (
  select j.user_id, j.window_days, j.rank, j.feature, as_json(j.value, c.unit) as value
  from _judged_predicates as j
  join _trace_decisions as d using (user_id, window_days)
  join _criteria as c using (criterion)
  where (j.persona = d.primary_persona and j.made_match)
    or (d.primary_persona = $general and j.persona = d.runner_up and j.value is not null)
),
spend as (
  -- a ratio to spend brings the spend with it
  select n.user_id, n.window_days, max(n.rank) + 100 as rank
  from features as n join _proofs as p using (feature)
  where p.divides_by_spend
  group by all
)
select
  n.user_id,
  n.window_days,
  cast(least(f.window_days, f.history_days) as integer) as days,
  n.rank,
  n.feature,
  n.value
from (
  from features
  union all
  select s.user_id, s.window_days, s.rank, $total_spend, to_json(cast(f.total_spend_usd as double))
  from spend as s join _trace_features as f using (user_id, window_days)
) as n
join _trace_features as f using (user_id, window_days)
