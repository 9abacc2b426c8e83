-- Every criterion of every item, compared anew with what follows from features and accounts.
with criteria as (
  select item_no, judged_no, window_days, unnest(criteria) as criterion
  from _evaluation_items
)
select
  criteria.item_no,
  criteria.window_days,
  criteria.criterion.role as role,
  criteria.criterion.is_met as was_met,
  coalesce(
    case criteria.criterion.operator
      when '>=' then known.value >= criteria.criterion.threshold
      when '>' then known.value > criteria.criterion.threshold
      when '<' then known.value < criteria.criterion.threshold
      when '=' then known.value = criteria.criterion.threshold
    end,
    false
  ) as is_met
from criteria
left join _evaluation_known as known
  on known.judged_no = criteria.judged_no and known.fact = criteria.criterion.feature
