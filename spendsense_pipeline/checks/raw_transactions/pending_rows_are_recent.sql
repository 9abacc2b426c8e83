-- A pending row happened within the last 5 days and is dated the day it happened.
select transaction_id, account_id, date, authorized_date
from _checks_pending
where date < $as_of - 5
  or coalesce(authorized_date, date) <> date
  or pending_transaction_id is not null
