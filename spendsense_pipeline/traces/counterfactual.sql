-- What would change the decision: of all ways that do, the first in the order declared here.
with
best as (
  select
    w.user_id, w.window_days, min({
      changes: w.changes,
      -- leaving the persona speaks of the decision made; for general, reaching the nearest
      is_of_another: w.persona
      <> case d.primary_persona when $general then d.runner_up else d.primary_persona end,
      has_fact: w.has_fact,
      size: w.size,
      way: w.way,
      outcome: w.outcome
    }) as way
  from _trace_ways as w
  join _trace_decisions as d using (user_id, window_days)
  where w.outcome <> d.primary_persona
  group by all
),
changes as (
  select
    b.user_id, b.window_days, t.rank, n.opening, n.clause,
    {
      feature: t.feature, label: c.label, unit: c.unit,
      "from": as_json(t.value, c.unit), "to": as_json(t.changed, c.unit), size: t.size
    } as change,
    case c.unit when 'yes/no' then '' else
        shown(
          t.value,
          not t.is_met_then,
          c.operator,
          c.threshold,
          c.unit,
          c.figure_at_line,
          c.line,
          c.digits
        )
    end as was
  from best as b
  join
    _trace_turned as t
    on t.user_id = b.user_id and t.window_days = b.window_days and t.way = b.way.way
  join _turns as n using (criterion, is_met_then)
  join _criteria as c using (criterion)
),
found as (
  select
    user_id, window_days, count(*) as needed,
    -- of one change: there is but one
    any_value(change) as only_change,
    any_value(opening || was) as if_words,
    list(to_json(change) order by rank) as changes,
    string_agg(clause || was, '; ' order by rank) as clauses
  from changes
  group by all
)
select
  d.user_id, d.window_days,
  case
    when f.needed is null then to_json({
        found: false,
        changes_needed: null,
        "text": 'none: too little data',
        changes: [],
        outcome: null
      })
    when f.needed = 1 then to_json(struct_concat(
        {
          found: true,
          changes_needed: 1,
          "text": concat(f.if_words, ', the result would be ', p.title, '.')
        },
        f.only_change,
        {outcome: p.persona}
      ))
    else to_json({
        found: false,
        changes_needed: f.needed,
        "text": concat(
          'none: needs ',
          f.needed,
          ' changes: ',
          f.clauses,
          '. The result would then be ',
          p.title,
          '.'
        ),
        changes: f.changes,
        outcome: p.persona
      })
  end as counterfactual
from _trace_decisions as d
left join best as b using (user_id, window_days)
left join found as f using (user_id, window_days)
left join _personas as p on p.persona = b.way.outcome
