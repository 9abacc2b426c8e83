-- One pass over the transactions for everything a row shows by itself: rows that break such a promise,
-- and all pending ones. The promises' own queries say which row breaks what.
select
  row.transaction_id,
  row.account_id,
  row.user_id,
  row.date,
  row.authorized_date,
  row.amount,
  row.name,
  row.category_primary,
  row.category_detailed,
  row.pending,
  row.pending_transaction_id,
  row.transfer_id,
  account.user_id as holder,
  account.type as account_type,
  row.date in (select date from _checks_closed_days) as is_closed_day
from raw_transactions as row
join _checks_accounts as account on account.account_id = row.account_id
where row.pending
  or row.amount is null
  or row.amount <> round(row.amount, 2)
  or row.user_id <> account.user_id
  or row.date > $as_of
  or row.authorized_date > row.date
  or (
    row.transfer_id is null
    and row.category_primary in ('TRANSFER_IN', 'TRANSFER_OUT', 'LOAN_PAYMENTS')
  )
  or (
    row.category_primary in (
      'INCOME', 'TRANSFER_IN', 'TRANSFER_OUT', 'LOAN_PAYMENTS', 'RENT_AND_UTILITIES',
      'GENERAL_SERVICES'
    )
    and row.date in (select date from _checks_closed_days)
  )
