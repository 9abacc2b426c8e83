-- What posted rows add to each account's balance each day, in cents (credit: what is owed).
select
  account.account_number,
  row.date,
  sum(cast(row.amount * 100 as bigint))::bigint
  * case when account.type in ('credit', 'loan') then 1 else -1 end as change_cents
from raw_transactions as row
join _checks_accounts as account on account.account_id = row.account_id
where not row.pending
group by account.account_number, row.date, account.type
