-- Every scheduled row by what two copies of one would share. When all differ, none is stored twice.
select hash(account_id, date, amount, name, transfer_id) as fingerprint
from raw_transactions
where (
  category_primary in (
    'INCOME', 'TRANSFER_IN', 'TRANSFER_OUT', 'LOAN_PAYMENTS', 'RENT_AND_UTILITIES'
  )
  and category_detailed <> 'TRANSFER_OUT_WITHDRAWAL'
)
or category_detailed in ('BANK_FEES_INTEREST_CHARGE', 'BANK_FEES_LATE_FEES')
