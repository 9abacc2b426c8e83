-- The first posted row of everyone measured: where the history of imported data starts.
select account.user_no, min(row_.date) as date
from raw_transactions as row_
join _measured_accounts as account on account.account_id = row_.account_id
where row_.user_id between $first_id and $last_id and not row_.pending and row_.date <= $as_of
group by account.user_no
