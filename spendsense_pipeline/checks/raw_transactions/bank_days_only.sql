-- Payroll, bills, loan payments and transfers of a bank account never post on a weekend or federal holiday.
select transaction_id, account_id, date, amount, name, category_detailed
from _checks_suspects
where is_closed_day
  and not pending
  and account_type = 'depository'
  and (
    category_primary in ('INCOME', 'TRANSFER_IN', 'LOAN_PAYMENTS', 'RENT_AND_UTILITIES')
    or (category_primary = 'TRANSFER_OUT' and category_detailed <> 'TRANSFER_OUT_WITHDRAWAL')
    or category_detailed = 'GENERAL_SERVICES_INSURANCE'
  )
