-- One row per recommendation of people who consent, of those asked for, with its state now: no more
-- than what a queue is counted, remembered and put in order by.
with said as (
  select
    unnest($item_ids::varchar[]) as recommendation_id,
    unnest($states::varchar[]) as state,
    unnest($since::timestamptz[]) as since
),
item as (
  select
    recommendation_id,
    any_value(user_id) as user_id,
    min(rank) as rank
  from recommendations
  where not list_contains($withdrawn::varchar[], user_id)/* asked */
  group by recommendation_id
)
select
  item.recommendation_id,
  item.user_id,
  item.rank,
  coalesce(said.state, $unsaid) as state,
  -- Who it is, the state it is in and since when, in eight bytes.
  hash(item.recommendation_id, coalesce(said.state, $unsaid), said.since) as standing
from item
left join said on said.recommendation_id = item.recommendation_id
