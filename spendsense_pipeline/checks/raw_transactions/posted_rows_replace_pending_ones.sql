-- A posted row has a new id: the pending id it names is not its own, is no longer pending, and is
-- named once.
with named as (
  select transaction_id, account_id, date, pending_transaction_id
  from raw_transactions
  where pending_transaction_id is not null
),
twice as (
  select hash(pending_transaction_id) as fingerprint
  from named
  group by fingerprint
  having count(*) > 1
)
select transaction_id, account_id, date, pending_transaction_id
from named
where pending_transaction_id = transaction_id
union
select named.transaction_id, named.account_id, named.date, named.pending_transaction_id
from named
semi join (
  select transaction_id from raw_transactions
  where pending
) as waiting
  on waiting.transaction_id = named.pending_transaction_id
union
select named.transaction_id, named.account_id, named.date, named.pending_transaction_id
from named
semi join twice on twice.fingerprint = hash(named.pending_transaction_id)
