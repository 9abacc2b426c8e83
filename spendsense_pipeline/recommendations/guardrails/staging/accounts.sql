-- Accounts that are not a business's, of whoever is advised, cards with what their bank reports.
select
  account.user_id,
  account.account_id,
  account.type,
  account.subtype,
  account.mask,
  cast(account.balance_current as double) as balance,
  cast(account.balance_limit as double) as credit_limit,
  account.type = 'credit' and coalesce(account.subtype = 'credit card', false) as is_card,
  cast(reported.apr_percentage as double) as apr,
  cast(reported.minimum_payment_amount as double) as minimum,
  reported.is_overdue
from raw_accounts as account
semi join recommendations as advised on advised.user_id = account.user_id
left join raw_liabilities as reported on reported.account_id = account.account_id
where coalesce(account.holder_category, '') <> 'business'
