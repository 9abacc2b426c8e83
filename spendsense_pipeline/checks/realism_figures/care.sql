-- Per person and category of care: visits in the 180 days with most of them.
with visit as (
  select
    user_id,
    category_detailed,
    count(*) over (
      partition by user_id, category_detailed
      order by date
      range between interval 180 days preceding and current row
    ) as visits
  from _checks_everyday_purchases
  where list_contains($care, category_detailed)
)
select user_id, category_detailed, max(visits) as visits
from visit
group by user_id, category_detailed
order by user_id, category_detailed
