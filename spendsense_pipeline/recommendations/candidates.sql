-- Every item that fits, per person and window: written for one of the person's personas, answering
-- a signal that holds, with all that it needs, and a sentence whose every figure is known.
with held as (
  select
    known.known_no,
    known.user_id,
    known.window_days,
    item.content_id,
    item.kind,
    item.version,
    -- The person's personas are in order of priority: the first that the item is for.
    list_filter(known.personas, lambda persona: list_contains(item.personas, persona))[1]
      as persona,
    list_transform(
      item.conditions,
      lambda criterion: {
        is_signal: criterion.role = 'signal',
        is_met: is_met(told.values[criterion.fact_no], criterion.operator, criterion.threshold),
        severity: severity_of(
          told.values[criterion.fact_no],
          criterion.threshold,
          criterion.full_value,
          criterion.counts_as
        )
      }
    ) as verdicts
  from _advice_facts as known
  join _advice_told as told on told.known_no = known.known_no
  join _advice_items as item on list_has_any(item.personas, known.personas)
  where can_tell(item.pieces, told.words)
),
judged as (
  select
    *,
    list_filter(verdicts, lambda verdict: verdict.is_signal) as signals
  from held
  where
    len(list_filter(verdicts, lambda verdict: not verdict.is_signal and not verdict.is_met)) = 0
)
select
  known_no,
  user_id,
  window_days,
  content_id,
  kind,
  version,
  persona,
  list_max(
    list_transform(
      list_filter(signals, lambda signal: signal.is_met), lambda signal: signal.severity
    )
  ) as severity,
  array_to_string(list_transform(signals, lambda signal: if(signal.is_met, '1', '0')), '')
    as verdicts
from judged
where len(list_filter(signals, lambda signal: signal.is_met)) > 0
