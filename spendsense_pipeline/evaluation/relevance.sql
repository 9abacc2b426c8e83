-- Per window, the items of which a signal holds.
select
  item.window_days,
  count(*) filter (answered.item_no is not null) as hits,
  count(*) as cases
from _evaluation_items as item
left join (
  select distinct item_no
  from _evaluation_compared
  where role = 'signal' and is_met
) as answered on answered.item_no = item.item_no
group by item.window_days
