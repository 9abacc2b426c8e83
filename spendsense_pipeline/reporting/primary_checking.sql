-- The account a person's daily balances are judged by: the personal checking account with the most
-- rows in the longest window; among equals the lowest account_id.
select account.account_id
from raw_accounts as account
left join raw_transactions as row_
  on row_.account_id = account.account_id
  and not row_.pending
  and row_.date > $after
  and row_.date <= $as_of
where account.user_id = $user_id
  and account.type = 'depository'
  and account.holder_category is distinct from 'business'
  and list_contains($checking_subtypes, account.subtype)
group by account.account_id
order by count(row_.transaction_id) desc, account.account_id
limit 1
