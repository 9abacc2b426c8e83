-- Nothing is dated after as_of or before history starts, and nothing settles before it happened.
select transaction_id, account_id, date, authorized_date, pending
from raw_transactions
where date > $as_of or date < $history_start or authorized_date > date
