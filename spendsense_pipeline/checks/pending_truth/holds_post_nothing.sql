-- A hold is a pending row for one to five days, for what was authorized, and no row posts from it.
with waiting as (
  select transaction_id, amount from raw_transactions
  where pending
),
named as (
  select pending_transaction_id from raw_transactions
  where pending_transaction_id is not null
)
select
  hold.pending_transaction_id,
  hold.account_id,
  hold.authorized_date,
  hold.vanished_on,
  hold.authorized_amount
from pending_truth as hold
left join waiting on waiting.transaction_id = hold.pending_transaction_id
where hold.authorized_date > $as_of
  or hold.vanished_on > $as_of
  or hold.vanished_on not between hold.authorized_date + 1 and hold.authorized_date + 5
  or (hold.vanished_on is null) <> (waiting.transaction_id is not null)
  or waiting.amount <> hold.authorized_amount
  or hold.pending_transaction_id in (select pending_transaction_id from named)
