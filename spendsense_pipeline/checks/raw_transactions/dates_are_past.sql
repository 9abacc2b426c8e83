-- Nothing is dated after as_of, and nothing settles before it happened.
select transaction_id, account_id, date, authorized_date, pending
from raw_transactions
where date > $as_of or authorized_date > date
