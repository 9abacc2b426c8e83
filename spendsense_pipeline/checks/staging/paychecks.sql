-- Earned income on bank accounts: salaries, contracts, gigs.
select
  row.user_id,
  account.account_number,
  account.account_id,
  account.is_business,
  coalesce(row.merchant_name, row.name) as employer,
  hash(coalesce(row.merchant_name, row.name)) as employer_number,
  row.name,
  row.date,
  cast(row.amount * -100 as bigint) as cents
from raw_transactions as row
join _checks_accounts as account on account.account_id = row.account_id
where not row.pending
  and account.type = 'depository'
  and row.category_detailed in (select unnest($earned_income))
