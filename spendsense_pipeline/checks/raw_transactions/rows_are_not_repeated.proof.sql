-- Proves in one pass that no two scheduled rows agree in account, day and amount: equal rows have equal hashes.
select count(*) = count(distinct hash(account_id, date, amount, name, transfer_id)) as is_kept
from raw_transactions
where (
  category_primary in (
    'INCOME', 'TRANSFER_IN', 'TRANSFER_OUT', 'LOAN_PAYMENTS', 'RENT_AND_UTILITIES'
  )
  and category_detailed <> 'TRANSFER_OUT_WITHDRAWAL'
)
or category_detailed in ('BANK_FEES_INTEREST_CHARGE', 'BANK_FEES_LATE_FEES')
