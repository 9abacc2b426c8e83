-- Every account has a type and subtype Plaid knows, and exactly the cards have a limit.
select account_id, type, subtype, balance_limit
from raw_accounts
where (type, coalesce(subtype, '')) not in (select (type, subtype) from _checks_account_types)
  or (type = 'credit') <> (coalesce(balance_limit, 0) > 0)
