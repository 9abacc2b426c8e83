-- A page of the queue in order, each item with what it is.
select
  page.recommendation_id,
  page.user_id,
  page.state,
  page.rank,
  page.standing,
  any_value(item.kind) as kind,
  any_value(item.form) as form,
  any_value(item.content_id) as content_id,
  any_value(item.title) as title,
  any_value(item.persona) as persona,
  list(item.window_days order by item.window_days) as windows
from _review_page as page
join recommendations as item
  on item.recommendation_id = page.recommendation_id and item.user_id = page.user_id
group by page.place, page.recommendation_id, page.user_id, page.state, page.rank, page.standing
order by page.place
