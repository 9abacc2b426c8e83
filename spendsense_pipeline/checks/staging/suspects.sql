-- One pass over the transactions for everything a row shows by itself: rows that break such a promise,
-- and all pending ones. The promises' own queries say which row breaks what. The pass reads only the
-- columns it judges by; the few rows it finds are then fetched whole.
with suspect as (
  select row.rowid as row_number, account.user_id as holder, account.type as account_type
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where row.pending
    or row.amount is null
    or row.amount <> round(row.amount, 2)
    or row.user_id <> account.user_id
    or row.date > $as_of
    or row.date < $history_start
    or row.authorized_date > row.date
    or (
      row.transfer_id is null
      and row.category_detailed in (
        'TRANSFER_IN_SAVINGS',
        'TRANSFER_OUT_SAVINGS',
        'TRANSFER_IN_ACCOUNT_TRANSFER',
        'TRANSFER_OUT_ACCOUNT_TRANSFER',
        'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT'
      )
    )
    or (
      account.type = 'depository'
      and (
        row.category_primary in (
          'INCOME', 'TRANSFER_IN', 'TRANSFER_OUT', 'LOAN_PAYMENTS', 'RENT_AND_UTILITIES'
        )
        or row.category_detailed = 'GENERAL_SERVICES_INSURANCE'
      )
      and row.category_detailed <> 'TRANSFER_OUT_WITHDRAWAL'
      and row.date in (select date from _checks_closed_days)
    )
)
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
  suspect.holder,
  suspect.account_type,
  row.date in (select date from _checks_closed_days) as is_closed_day
from suspect
join raw_transactions as row on row.rowid = suspect.row_number
