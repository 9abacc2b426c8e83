-- Nothing is dated after as_of, and nothing settles before it happened.
select transaction_id, account_id, date, authorized_date, pending
from _checks_suspects
where date > $as_of or authorized_date > date
