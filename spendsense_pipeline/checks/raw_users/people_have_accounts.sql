-- Every person has a checking account.
select user_id, consent_status
from raw_users
where user_id not in (
    select user_id from raw_accounts
    where type = 'depository' and subtype = 'checking'
  )
