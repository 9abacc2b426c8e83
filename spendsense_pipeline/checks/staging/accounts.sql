-- Accounts with a number to join by, amounts in cents.
select
  cast(row_number() over (order by account_id) as integer) as account_number,
  account_id,
  user_id,
  cast(dense_rank() over (order by user_id) as integer) as user_number,
  type,
  subtype,
  institution_id,
  coalesce(holder_category = 'business', false) as is_business,
  cast(opening_balance * 100 as bigint) as opening_cents,
  cast(balance_limit * 100 as bigint) as limit_cents
from raw_accounts
