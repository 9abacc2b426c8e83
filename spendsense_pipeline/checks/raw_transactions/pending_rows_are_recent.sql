-- A pending row happened within the last 5 days and is dated the day it happened.
select transaction_id, account_id, date, authorized_date
from raw_transactions
where pending
  and (date < $as_of - 5 or authorized_date <> date or pending_transaction_id is not null)
