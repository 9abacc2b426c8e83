-- Where fewer items of a kind fit somebody than a person should have: how many do, and of how many
-- that were written for the person's personas. So few are all shown: counting those is enough.
with kinds as (
  select unnest($kinds) as kind, unnest($least_counts) as least_count
),
fitting as (
  select known_no, kind, count(*) as eligible_count
  from _advice_chosen
  group by known_no, kind
),
short as (
  select
    known.user_id,
    known.window_days,
    known.personas,
    kinds.kind,
    coalesce(fitting.eligible_count, 0) as eligible_count,
    kinds.least_count
  from _advice_facts as known
  cross join kinds
  left join fitting on fitting.known_no = known.known_no and fitting.kind = kinds.kind
  where coalesce(fitting.eligible_count, 0) < kinds.least_count
),
meant as (
  -- How many items there are for such personas, whoever has them.
  select short.personas, short.kind, count(item.content_id) as item_count
  from (select distinct personas, kind from short) as short
  left join _advice_items as item
    on item.kind = short.kind and list_has_any(item.personas, short.personas)
  group by short.personas, short.kind
)
select
  short.user_id,
  short.window_days,
  short.kind,
  cast(short.eligible_count as integer) as eligible_count,
  cast(short.least_count as integer) as least_count,
  format(
    '{} of the {} items for {} fit: a criterion or a figure is missing for the others',
    short.eligible_count,
    meant.item_count,
    array_to_string(short.personas, ' and ')
  ) as reason
from short
join meant on meant.personas = short.personas and meant.kind = short.kind
order by short.user_id, short.window_days, short.kind
