-- Second reading: what is no series as a whole may be two contracts with one payee, told by amount.
with unexplained_groups as (
  select group_no
  from _charges
  where date > $as_of - $lookback and list_contains($contract_kinds, group_no % 32 // 2)
  group by group_no
  having count(*) >= 3 and group_no not in (select group_no from _found)
),
compared as (
  select
    charge.group_no,
    charge.date,
    charge.cents,
    charge.transaction_id,
    lag(charge.cents) over (
      partition by charge.group_no order by charge.cents, charge.date, charge.transaction_id
    ) as smaller_cents
  from _charges as charge
  join unexplained_groups as unexplained on unexplained.group_no = charge.group_no
),
clustered as (
  select
    group_no,
    date,
    cents,
    transaction_id,
    -- A gap of more than 15 % and $3 starts another contract.
    count(*) filter (cents - smaller_cents > greatest(0.15 * smaller_cents, 300))
      over (partition by group_no order by cents, date, transaction_id rows unbounded preceding) as cluster
  from compared
),
numbered as (
  select
    group_no,
    date,
    cents,
    transaction_id,
    cluster,
    -- Two charges of one size on one day are two contracts.
    row_number() over (partition by group_no, cluster, date order by cents, transaction_id) as line
  from clustered
)
select
  dense_rank() over (order by group_no, cluster, line) as piece_no, group_no, date, cents, transaction_id
from numbered
