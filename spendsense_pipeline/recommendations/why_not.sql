-- Items written for the personas of the people at hand that they are not recommended, in a window,
-- with each criterion that kept one away and the person's value; none where others came first.
with written_for as (
  select
    known.user_id,
    known.window_days,
    item.kind,
    item.content_id,
    item.title,
    list_transform(
      item.conditions,
      lambda criterion: {
        role: criterion.role,
        feature: criterion.feature,
        label: criterion.label,
        unit: criterion.unit,
        operator: criterion.operator,
        threshold: criterion.threshold,
        value: told.values[criterion.fact_no],
        is_met: is_met(told.values[criterion.fact_no], criterion.operator, criterion.threshold)
      }
    ) as verdicts,
    -- Without the figures its sentence needs it cannot be told.
    not can_tell(item.pieces, told.words) as is_untold
  from _advice_facts as known
  join _advice_told as told on told.known_no = known.known_no
  join _advice_items as item on list_has_any(item.personas, known.personas)
),
judged as (
  select
    *,
    len(
      list_filter(verdicts, lambda verdict: verdict.role = 'signal' and verdict.is_met)
    ) > 0 as is_called_for
  from written_for
)
select
  judged.window_days,
  judged.kind,
  judged.content_id,
  judged.title,
  judged.is_untold,
  list_filter(
    judged.verdicts,
    lambda verdict:
    not verdict.is_met and (verdict.role = 'eligibility' or not judged.is_called_for)
  ) as kept_away_by
from judged
left join recommendations as shown
  on shown.user_id = judged.user_id and shown.window_days = judged.window_days
  and shown.content_id = judged.content_id
where shown.content_id is null
order by judged.window_days, judged.kind, judged.content_id
