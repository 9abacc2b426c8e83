-- Third reading: one price, month after month, among a merchant's other charges (a membership).
with unexplained as (
  select charge.group_no, charge.kind, charge.is_inflow, charge.date, charge.cents, charge.transaction_id
  from _charges as charge
  where charge.kind in ('subscription', 'habit')
    and not exists (select 1 from _members as member where member.transaction_id = charge.transaction_id)
),
prices as (
  select group_no, cents
  from unexplained
  where date > $as_of - $lookback
  group by group_no, cents
  -- Monthly at most: three charges in fewer than 52 days are not.
  having count(*) >= 3 and max(date) - min(date) >= 26 * (count(*) - 1)
)
select
  dense_rank() over (order by charge.group_no, charge.cents) as piece_no,
  charge.group_no,
  charge.kind,
  charge.is_inflow,
  charge.date,
  charge.cents,
  charge.transaction_id
from unexplained as charge
join prices as price on price.group_no = charge.group_no and price.cents = charge.cents
