-- Per kind, items written for somebody's persona, and how many are left at each step, over the
-- people at hand in both windows.
with written_for as (
  select
    item.kind,
    list_transform(
      item.conditions,
      lambda criterion: {
        is_signal: criterion.role = 'signal',
        is_met: is_met(told.values[criterion.fact_no], criterion.operator, criterion.threshold)
      }
    ) as verdicts,
    can_tell(item.pieces, told.words) as is_told
  from _advice_facts as known
  join _advice_told as told on told.known_no = known.known_no
  join _advice_items as item on list_has_any(item.personas, known.personas)
),
judged as (
  select
    kind,
    is_told,
    len(list_filter(verdicts, lambda verdict: verdict.is_signal and verdict.is_met)) > 0
      as is_answered,
    len(list_filter(verdicts, lambda verdict: not verdict.is_signal and not verdict.is_met)) = 0
      as is_open
  from written_for
),
shown as (
  select item.kind, count(*) as items
  from recommendations as item
  join _advice_people as person on person.user_id = item.user_id
  group by item.kind
)
select
  judged.kind,
  count(*) as written,
  count(*) filter (judged.is_answered) as answered,
  count(*) filter (judged.is_answered and judged.is_open and judged.is_told) as eligible,
  coalesce(any_value(shown.items), 0) as shown
from judged
left join shown on shown.kind = judged.kind
group by judged.kind
order by judged.kind
