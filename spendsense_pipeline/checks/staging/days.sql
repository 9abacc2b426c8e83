-- What posted rows add to each account's balance each day, in cents (credit: what is owed). The day is
-- packed with the account's number into one word, which is grouped and sorted much faster than two.
select
  account.account_number::bigint * 65536 + (row.date - date '1970-01-01') as account_day,
  sum(cast(row.amount * 100 as bigint))::bigint
    * case when account.type = 'credit' then 1 else -1 end as change_cents
from raw_transactions as row
join _checks_accounts as account on account.account_id = row.account_id
where not row.pending
group by account_day, account.type
