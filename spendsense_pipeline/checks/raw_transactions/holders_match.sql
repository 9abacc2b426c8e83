-- Every row names the holder of its account.
select row.transaction_id, row.account_id, row.user_id, account.user_id as holder
from raw_transactions as row
join _checks_accounts as account on account.account_id = row.account_id
where row.user_id <> account.user_id
