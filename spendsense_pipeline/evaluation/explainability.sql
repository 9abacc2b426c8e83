-- Per window, the items of which every number follows again. A number is read out of the sentence
-- and must be that of something the item cites, in its unit, to the last digit printed.
with named as (
  select
    item_no,
    bool_and(is_true) as are_true,
    list(words order by length(words) desc) filter (words is not null) as names
  from _evaluation_cited
  group by item_no
),
sentences as (
  select
    item.item_no,
    item.window_days,
    coalesce(named.are_true, false) as are_true,
    -- Names of cards and merchants may hold digits that are no numbers.
    list_reduce(  -- noqa: PRS
      list_prepend(item.rationale, coalesce(named.names, [])),
      lambda sentence, name: replace(sentence, name, '')
    ) as sentence
  from _evaluation_items as item
  left join named on named.item_no = item.item_no
),
read as (
  select
    item_no,
    unnest(
      regexp_extract_all(
        sentence,
        '-?\$?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?: %| months?| days?)?'
      )
    ) as printed
  from sentences
),
numbers as (
  select
    item_no,
    printed,
    cast(regexp_replace(printed, '[^0-9.-]', '', 'g') as double) as number,
    case
      when contains(printed, '$') then 'USD'
      when contains(printed, '%') then 'share'
      when contains(printed, 'month') then 'months'
      when contains(printed, 'day') then 'days'
      else 'count'
    end as kind,
    0.5 * pow(10, -length(regexp_extract(printed, '\.(\d+)', 1))) + 1e-6 as tolerance
  from read
),
cited as (
  select
    item_no,
    case unit when 'fraction' then 100 * value else value end as number,
    case
      when unit in ('USD', 'USD per month') then ['USD']
      when unit in ('fraction', 'percent') then ['share']
      when unit = 'count' then ['count', 'days', 'months']
      else [unit]
    end as kinds
  from _evaluation_cited
  where value is not null
),
matched as (
  select
    numbers.item_no,
    numbers.printed,
    coalesce(
      bool_or(
        list_contains(cited.kinds, numbers.kind)
        and abs(cited.number - numbers.number) <= numbers.tolerance
      ),
      false
    ) as follows
  from numbers
  left join cited on cited.item_no = numbers.item_no
  group by numbers.item_no, numbers.printed
),
untrue as (
  select distinct item_no
  from matched
  where not follows
)
select
  sentences.window_days,
  count(*) filter (sentences.are_true and untrue.item_no is null) as hits,
  count(*) as cases
from sentences
left join untrue on untrue.item_no = sentences.item_no
group by sentences.window_days
