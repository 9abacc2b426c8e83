-- Everything an item rests on, as it says itself and as it follows again: features and facts, then
-- values of rows, of which the names of several streams may be one text.
with features as (
  select item_no, judged_no, unnest(because.features) as cited
  from _evaluation_items
),
slots as (
  select item_no, user_id, unnest(because."rows") as cited
  from _evaluation_items
),
lists as (
  select distinct user_id, cited.id as ids
  from slots
  where contains(cited.id, ' ')
),
listed as (
  select lists.user_id, lists.ids, unnest(string_split(lists.ids, ' ')) as id
  from lists
),
named as (
  select
    listed.user_id,
    listed.ids,
    list_sort(list_distinct(list(row.words))) as names,
    count(*) = count(row.words) as are_all_there
  from listed
  left join _evaluation_rows as row
    on row.user_id = listed.user_id
    and row.id = listed.id
    and row.place = 'recurring_streams.merchant_name'
  group by listed.user_id, listed.ids
)
select
  features.item_no,
  features.cited.unit as unit,
  known.value as value,
  cast(null as varchar) as words,
  coalesce(
    abs(features.cited.value - known.value) < 1e-6,
    features.cited.value is null and known.value is null
  ) as is_true
from features
left join _evaluation_known as known
  on known.judged_no = features.judged_no and known.fact = features.cited.feature
union all
select
  slots.item_no,
  slots.cited.unit,
  row.value,
  row.words,
  coalesce(
    case slots.cited.unit
      when 'text' then slots.cited.shown = row.words
      else abs(slots.cited.value - row.value) < 1e-6
    end,
    false
  )
from slots
left join _evaluation_rows as row
  on row.user_id = slots.user_id
  and row.id = slots.cited.id
  and row.place = slots.cited."table" || '.' || slots.cited."column"
  and row.unit = slots.cited.unit
where not contains(slots.cited.id, ' ')
union all
select
  slots.item_no,
  'text',
  null,
  slots.cited.shown,
  coalesce(
    named.are_all_there
    and slots.cited.shown
    = case
      when len(named.names) > 3
      then array_to_string(named.names[:3], ', ') || ' and ' || (len(named.names) - 3) || ' more'
      when len(named.names) = 3
      then named.names[1] || ', ' || named.names[2] || ' and ' || named.names[3]
      else array_to_string(named.names, ' and ')
    end,
    false
  )
from slots
join named on named.user_id = slots.user_id and named.ids = slots.cited.id
