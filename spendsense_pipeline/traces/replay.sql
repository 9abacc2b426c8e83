-- What every trace is judged again from, beside the assignment it explains: its rules as one text,
-- the same in nearly all, and its values. Where a value is not there at all, `irregular` is the
-- whole, to say which.
with
listed as (
  select
    user_id, window_days, trace,
    from_json(trace, '{"personas": [{
      "key": "JSON", "tree": "JSON",
      "predicates": [{"operator": "JSON", "threshold": "JSON", "severity": "JSON"}]
    }]}').personas as rules,
    json_extract(trace, '$.personas[*].predicates[*].value') as "values"
  from decision_traces
)
select
  l.user_id, l.window_days, a.primary_persona, a.secondary_persona, a.matched_personas, a.severity,
  cast(to_json(l.rules) as varchar) as rules,
  cast(to_json(l."values") as varchar) as "values",
  case
    when (
      len(l."values") is distinct from
      cast(list_sum(list_transform(l.rules, lambda rule: len(rule.predicates))) as bigint)
    ) then cast(l.trace as varchar)
  end as irregular
from listed as l
left join persona_assignments as a on a.user_id = l.user_id and a.window_days = l.window_days
