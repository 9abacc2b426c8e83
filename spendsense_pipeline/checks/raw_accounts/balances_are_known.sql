-- Every account says what it holds or owes.
select account_id, type, subtype
from raw_accounts
where balance_current is null
