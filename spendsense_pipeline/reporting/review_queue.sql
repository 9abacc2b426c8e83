-- One row per recommendation of people who consent, with the state it is in now.
with said as (
  select
    unnest($item_ids::varchar[]) as recommendation_id,
    unnest($states::varchar[]) as state
),
item as (
  select
    recommendation_id,
    user_id,
    first(kind) as kind,
    first(form) as form,
    first(content_id) as content_id,
    first(title) as title,
    first(persona) as persona,
    list(window_days order by window_days) as windows,
    min(rank) as rank
  from recommendations
  where not list_contains($withdrawn::varchar[], user_id)
  group by recommendation_id, user_id
)
select
  item.recommendation_id,
  item.user_id,
  coalesce(said.state, $unsaid) as state,
  item.kind,
  item.form,
  item.content_id,
  item.title,
  item.persona,
  item.windows,
  item.rank
from item
left join said using (recommendation_id)
