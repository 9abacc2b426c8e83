-- A posted row has a new id: the pending id it names is not its own, is gone, and is named by no other row.
with named as (
  select transaction_id, account_id, date, pending_transaction_id
  from raw_transactions
  where pending_transaction_id is not null
),
twice as (
  select pending_transaction_id
  from named
  group by pending_transaction_id
  having count(*) > 1
)
select transaction_id, account_id, date, pending_transaction_id
from named
where pending_transaction_id in (select pending_transaction_id from twice)
  or pending_transaction_id in (select transaction_id from raw_transactions)
