-- What a person's merchant is, where rows without a category of their own read differently: as its
-- other rows are given, else as most of them read.
with open_people as (
  select distinct user_no
  from _measured_rows
  where date > $as_of - $longest_lookback and category_detailed is null
),
read_rows as (
  select
    row_.user_no,
    merchant.merchant_no,
    row_.cents < 0 as is_inflow,
    row_.kind,
    row_.category_detailed is not null as is_given,
    count(*) as row_count
  from _categorised_rows as row_
  semi join open_people as person on person.user_no = row_.user_no
  join _stream_merchants as merchant on merchant.writing = row_.writing
  where row_.date > $as_of - $longest_lookback and row_.may_repeat
  group by all
)
select
  (cast(user_no as bigint) * $most_merchants + merchant_no) * 2 + cast(is_inflow as bigint)
    as payee_no,
  first(kind order by is_given desc, row_count desc, kind = 'unknown', kind) as kind
from read_rows
group by payee_no
having count(distinct kind) > 1 and not bool_and(is_given)
