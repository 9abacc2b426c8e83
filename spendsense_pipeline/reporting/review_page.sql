-- A page of the queue in order, each item with what it is.
with page as (
  select
    recommendation_id,
    user_id,
    rank,
    state
  from _review_queue
  where state = coalesce($status, state)
  order by
    list_position($queue_order, state), len(user_id), user_id, rank, recommendation_id
  limit $row_limit
  offset $row_offset
)
select
  page.recommendation_id,
  page.user_id,
  page.state,
  page.rank,
  any_value(item.kind) as kind,
  any_value(item.form) as form,
  any_value(item.content_id) as content_id,
  any_value(item.title) as title,
  any_value(item.persona) as persona,
  list(item.window_days order by item.window_days) as windows
from page
join recommendations as item
  on item.recommendation_id = page.recommendation_id and item.user_id = page.user_id
group by page.recommendation_id, page.user_id, page.state, page.rank
order by
  list_position($queue_order, page.state), len(page.user_id), page.user_id, page.rank,
  page.recommendation_id
