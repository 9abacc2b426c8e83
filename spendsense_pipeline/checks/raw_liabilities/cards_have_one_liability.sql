-- Every card has a liability row of its holder, and nothing else has one.
select
  coalesce(card.account_id, liability.account_id) as account_id,
  card.type,
  card.user_id as holder,
  liability.user_id
from (
  select account_id, user_id, type from raw_accounts
  where type = 'credit'
) as card
full join raw_liabilities as liability on liability.account_id = card.account_id
where card.account_id is null
  or liability.account_id is null
  or liability.user_id <> card.user_id
