-- No payment, paycheck, bill or transfer is stored twice under two ids.
select account_id, date, amount, name, category_detailed, count(*) as copies
from raw_transactions
where category_primary in (
  'INCOME', 'TRANSFER_IN', 'TRANSFER_OUT', 'LOAN_PAYMENTS', 'RENT_AND_UTILITIES', 'BANK_FEES'
)
group by
  account_id, date, authorized_date, amount, name, merchant_name, category_detailed, pending,
  transfer_id, payment_channel
having count(*) > 1
