-- Second reading: what is no series as a whole may be two contracts with one payee, told by amount,
-- or a membership: one price, month after month, among a shop's other charges.
with twice_monthly as (
  -- What looks like one series twice a month, at more than one price: perhaps it is two, monthly.
  select found.group_no, found.frequency, whole.kind
  from _found as found
  join _groups as whole on whole.group_no = found.group_no
  where found.frequency in ('WEEKLY', 'BIWEEKLY', 'SEMI_MONTHLY')
    and found.status = 'MATURE'
    and found.most_cents > found.least_cents
),
unexplained as (
  select group_no
  from _groups
  where recent_count >= 3
    and (
      list_contains($contract_kinds, kind)
      -- At a payee nobody knows, more than three charges a month are shopping.
      or kind = 'unknown' and recent_count <= 15
    )
    and group_no not in (select group_no from _found)
  union all
  select group_no
  from twice_monthly
  where list_contains($plan_kinds, kind)
),
shops as (
  select group_no
  from _groups
  where recent_count >= 4
    and list_contains($shop_kinds, kind)
    and group_no not in (select group_no from _found)
  union all
  select group_no
  from twice_monthly
  -- Once a week at a shop is shopping, even by the same list every month.
  where list_contains($shop_kinds, kind) and frequency <> 'WEEKLY'
),
prices as (
  select
    charge.group_no,
    charge.cents,
    count(*) as charge_count,
    min(charge.date) as first_date,
    max(charge.date) as last_date
  from _charges as charge
  join unexplained on unexplained.group_no = charge.group_no
  group by charge.group_no, charge.cents
),
compared as (
  select
    group_no,
    cents,
    cents - lag(cents) over by_price as rise_cents,
    lag(cents) over by_price as lower_cents,
    -- Two prices charged three times each, by turns: not one price that rose, but two.
    charge_count >= 3 and lag(charge_count) over by_price >= 3
    and first_date < lag(last_date) over by_price and last_date > lag(first_date) over by_price
      as is_by_turns
  from prices
  window by_price as (partition by group_no order by cents)
),
clusters as (
  select
    group_no,
    cents,
    -- A gap of more than 15 % and $3 starts another contract.
    count(*) filter (is_by_turns or rise_cents > greatest(0.15 * lower_cents, 300))
      over (partition by group_no order by cents rows unbounded preceding) as cluster
  from compared
),
contracts as (
  select
    charge.group_no,
    charge.date,
    charge.cents,
    charge.transaction_id,
    cluster.cluster,
    -- Two charges of one contract's size on one day are two contracts.
    row_number() over (
      partition by charge.group_no, cluster.cluster, charge.date
      order by charge.cents, charge.transaction_id
    ) as line
  from _charges as charge
  join clusters as cluster on cluster.group_no = charge.group_no and cluster.cents = charge.cents
),
memberships as (
  select charge.group_no, charge.cents
  from _charges as charge
  join shops as shop on shop.group_no = charge.group_no
  where charge.date > $as_of - $lookback
  group by charge.group_no, charge.cents
  -- Four months in a row; fewer would find one in every grocer by chance.
  having count(*) >= 4 and max(charge.date) - min(charge.date) >= 27 * (count(*) - 1)
)
select
  dense_rank() over (order by group_no, cluster, line) as piece_no,
  group_no,
  date,
  cents,
  transaction_id
from contracts
union all
select
  -dense_rank() over (order by charge.group_no, charge.cents) as piece_no,
  charge.group_no,
  charge.date,
  charge.cents,
  charge.transaction_id
from _charges as charge
join
  memberships as membership
  on membership.group_no = charge.group_no and membership.cents = charge.cents
