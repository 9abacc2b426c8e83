-- Last reading: a series that moved from one account to another half-way.
with merchants as (
  select user_no, merchant_no, kind, is_inflow
  from _charges
  where kind in ('subscription', 'bill', 'income')
  group by user_no, merchant_no, kind, is_inflow
  having count(distinct account_no) > 1
),
still_running as (
  select distinct group_no from _found where is_active and charge_count >= 3
),
unexplained as (
  select charge.user_no, charge.merchant_no, charge.kind, charge.is_inflow, charge.group_no, charge.date, charge.cents, charge.transaction_id
  from _charges as charge
  join merchants
    on merchants.user_no = charge.user_no
    and merchants.merchant_no = charge.merchant_no
    and merchants.kind = charge.kind
    and merchants.is_inflow = charge.is_inflow
),
moved as (
  select user_no, merchant_no, kind, is_inflow
  from unexplained
  group by user_no, merchant_no, kind, is_inflow
  having bool_and(group_no not in (select group_no from still_running))
)
select
  dense_rank() over (order by charge.user_no, charge.merchant_no, charge.kind, charge.is_inflow) as piece_no,
  charge.group_no,
  charge.kind,
  charge.is_inflow,
  charge.date,
  charge.cents,
  charge.transaction_id
from unexplained as charge
join moved
  on moved.user_no = charge.user_no
  and moved.merchant_no = charge.merchant_no
  and moved.kind = charge.kind
  and moved.is_inflow = charge.is_inflow
