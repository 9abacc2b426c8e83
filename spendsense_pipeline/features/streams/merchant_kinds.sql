-- What a person's merchant is, where rows without a category of their own read differently: as its
-- other rows are given, else as most of them read.
with open_payees as (
  select distinct row_.user_no, merchant.merchant_no
  from _categorised_rows as row_
  join _stream_merchants as merchant on merchant.writing = row_.writing
  where row_.date > $as_of - $longest_lookback
    and row_.category_detailed is null and row_.may_repeat
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
  join _stream_merchants as merchant on merchant.writing = row_.writing
  join open_payees as payee
    on payee.user_no = row_.user_no and payee.merchant_no = merchant.merchant_no
  where row_.date > $as_of - $longest_lookback and row_.may_repeat
    -- (Says nothing new, but spares the rows of everybody else's merchants the join.)
    and row_.user_no in (select user_no from open_payees)
  group by all
)
select
  (cast(user_no as bigint) * $most_merchants + merchant_no) * 2 + cast(is_inflow as bigint)
    as payee_no,
  first(kind order by is_given desc, row_count desc, kind = 'unknown', kind) as kind
from read_rows
group by payee_no
having count(distinct kind) > 1
