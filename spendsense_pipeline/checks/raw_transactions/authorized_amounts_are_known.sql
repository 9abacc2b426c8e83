-- A row shows what was authorized while it is pending, and remembers it once it has posted; what
-- was never pending has nothing to remember.
select transaction_id, account_id, date, amount, authorized_amount, pending
from raw_transactions
where (pending and amount is distinct from authorized_amount)
  or (not pending and (pending_transaction_id is null) <> (authorized_amount is null))
  or authorized_amount <= 0
