-- What every decision is judged from, beside what was stored of it. Rules are the same in nearly all
-- traces and come as one text; what differs from person to person comes as lists of numbers, in which
-- yes is 1, no is 0 and what is missing is not a number. A value that should be a number and is none, or
-- is too large to be exact, makes a trace irregular.
with trace as (
  select
    user_id,
    window_days,
    from_json(
      trace,
      '{"personas": [{"key": "JSON", "tree": "JSON", "predicates": [
        {"operator": "JSON", "threshold": "JSON", "severity": "JSON", "value": "JSON"}
      ]}]}'
    ).personas as personas
  from decision_traces
),
predicate_lists as (
  select
    user_id,
    window_days,
    personas,
    flatten(list_transform(personas, lambda persona: persona.predicates)) as predicates
  from trace
),
value_lists as (
  select
    user_id,
    window_days,
    personas,
    list_transform(predicates, lambda predicate: predicate.value::varchar) as texts
  from predicate_lists
),
number_lists as (
  select
    user_id,
    window_days,
    personas,
    texts,
    list_transform(
      texts,
      lambda text: case text when 'true' then 1 when 'false' then 0 else try_cast(text as double) end
    ) as numbers
  from value_lists
)
select
  judged.user_id,
  judged.window_days,
  to_json(
    list_transform(
      judged.personas,
      lambda persona: {
        'key': persona.key,
        'tree': persona.tree,
        'predicates': list_transform(
          persona.predicates,
          lambda predicate: {
            'operator': predicate.operator,
            'threshold': predicate.threshold,
            'severity': predicate.severity
          }
        )
      }
    )
  )::varchar as rules,
  list_transform(judged.numbers, lambda number: coalesce(number, 'nan')) as numbers,
  coalesce(
    list_count(judged.texts) = list_count(judged.numbers)
    and coalesce(list_aggregate(judged.numbers, 'max'), 0) < 9007199254740992
    and coalesce(list_aggregate(judged.numbers, 'min'), 0) > -9007199254740992,
    false
  )::utinyint as is_regular,
  to_json(
    [
      to_json(assignment.primary_persona),
      to_json(assignment.secondary_persona),
      to_json(assignment.matched_personas)
    ]
  )::varchar as stored,
  coalesce(assignment.severity, 'nan') as severity
from number_lists as judged
left join persona_assignments as assignment
  on assignment.user_id = judged.user_id and assignment.window_days = judged.window_days
