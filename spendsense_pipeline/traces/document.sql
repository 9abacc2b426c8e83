-- The trace of every decision as JSON text, without its id: members as `schema.json` fixes them.
with
judged as (
  select
    user_id, window_days,
    list(
      {
        value: value,
        is_met: is_met,
        distance: distance,
        margin: margin,
        sufficiency: data_sufficiency
      }
      order by rank
    )
      as predicates
  from _judged_predicates semi join _trace_decisions using (user_id, window_days)
  group by user_id, window_days
),
criteria as (
  select
    persona, list({
      rank: rank,
      feature: feature,
      label: label,
      operator: operator,
      threshold: cast(threshold_json as json),
      unit: unit,
      severity: cast(severity_json as json)
    } order by rank) as criteria
  from _criteria
  group by persona
),
rules as (
  select
    list({persona: persona, tree: cast(tree as json), criteria: criteria} order by priority)
      as rules
  from _personas join criteria using (persona)
)
select
  d.user_id, d.window_days, d.as_of, d.primary_persona,
  cast(to_json({
    user_id: d.user_id,
    window_days: d.window_days,
    as_of: d.as_of,
    versions: cast($versions as json),
    decision: {
      "primary": d.primary_persona,
      secondary: d.secondary_persona,
      matched: d.matched_personas,
      target: d.target_persona,
      decided_by: p.decided_by,
      runner_up: d.runner_up,
      severity: d.severity
    },
    personas: list_transform((select rules from rules), lambda rule: {
      "key": rule.persona,
      matched: list_contains(d.matched_personas, rule.persona),
      tree: rule.tree,
      predicates: list_transform(rule.criteria, lambda c: {
        feature: c.feature,
        label: c.label,
        operator: c.operator,
        threshold: c.threshold,
        value: as_json(j.predicates[c.rank].value, c.unit),
        unit: c.unit,
        passed: j.predicates[c.rank].is_met,
        severity: c.severity,
        distance: j.predicates[c.rank].distance,
        margin: j.predicates[c.rank].margin,
        data_sufficiency: j.predicates[c.rank].sufficiency
      })
    }),
    reasons: r.reasons,
    explanation: r.explanation,
    counterfactual: c.counterfactual,
    evidence: coalesce(e.evidence, [])
  }) as varchar) as body
from _trace_decisions as d
join judged as j using (user_id, window_days)
join _personas as p on p.persona = d.primary_persona
join _trace_reasons as r using (user_id, window_days)
join _trace_counterfactuals as c using (user_id, window_days)
left join _trace_evidence as e using (user_id, window_days)
