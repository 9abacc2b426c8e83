-- Up to so many reasons per decision, and the paragraph they make: first what made the match, the
-- widest margin first, then what is to be said of the decision as a whole.
with
met as (
  select
    j.user_id, j.window_days, c.code, false as is_of_whole,
    -coalesce(j.margin, c.ranks_as) as narrowness, j.rank as position, c.line,
    shown(j.value, true, c.operator, c.threshold, c.unit, c.figure_at_line, c.line, c.digits)
      as figure
  from _judged_predicates as j
  join _trace_decisions as d
    on d.user_id = j.user_id and d.window_days = j.window_days and d.primary_persona = j.persona
  join _criteria as c on c.criterion = j.criterion
  where j.made_match
),
whole as (
  select
    user_id, window_days, unnest([
      case when is_general then {code: 'NO_RULE_MATCHED', position: 1} end,
      case when is_general and has_runner_up then {code: 'CLOSEST_RULE', position: 2} end,
      case when has_second then {code: 'ALSO_MATCHES', position: 3} end,
      case when is_general and has_unseen then {code: 'NO_DATA', position: 4} end,
      case when is_short then {code: 'SHORT_HISTORY', position: 5} end
    ]) as reason
  from _trace_facts
),
reasons as (
  from met
  union all
  select user_id, window_days, reason.code, true, null, reason.position, null, null
  from whole
  where reason is not null
),
listed as (
  select
    r.user_id, r.window_days,
    list_slice(
      list(
        {code: r.code, "text": sentence(r.code, f.slots, r.figure, r.line)}
        order by r.is_of_whole, r.narrowness, r.position
      ),
      1,
      $most_reasons
    ) as reasons
  from reasons as r join _trace_facts as f using (user_id, window_days)
  group by all
)
select
  l.user_id, l.window_days, l.reasons,
  array_to_string(
    list_prepend(f.opening, list_transform(l.reasons, lambda reason: reason."text")), ' '
  ) as explanation
from listed as l join _trace_facts as f using (user_id, window_days)
