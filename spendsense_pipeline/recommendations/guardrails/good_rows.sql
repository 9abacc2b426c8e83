-- Rows to plant faults in, with the body and product of their item, the personas of the person and
-- the kinds of account they hold.
select
  advised.*,
  item.body,
  item.product_kind,
  if(
    len(judged.matched_personas) = 0, [judged.primary_persona], judged.matched_personas
  ) as personas,
  coalesce(held.subtypes, []) as subtypes
from recommendations as advised
join content_items as item on item.content_id = advised.content_id
join persona_assignments as judged
  on judged.user_id = advised.user_id and judged.window_days = advised.window_days
left join (
  select user_id, list(distinct subtype) as subtypes
  from raw_accounts
  where coalesce(holder_category, '') <> 'business'
  group by user_id
) as held on held.user_id = advised.user_id
order by advised.user_id, advised.window_days, advised.kind, advised.rank
