-- Payroll, bills, loan payments and transfers of a bank account never post on a weekend or federal
-- holiday.
select
  row.transaction_id,
  row.account_id,
  row.date,
  row.amount,
  row.name,
  row.category_detailed
from raw_transactions as row
join _checks_accounts as account on account.account_id = row.account_id
where account.type = 'depository'
  and not row.pending
  and row.date in (select date from _checks_closed_days)
  and (
    (
      row.category_primary in (select unnest($scheduled_primaries))
      and row.category_detailed is distinct from $cash_withdrawal
    )
    or row.category_detailed = $insurance
  )
