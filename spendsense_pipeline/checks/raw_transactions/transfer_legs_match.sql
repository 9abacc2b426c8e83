-- The two legs of an own-account transfer are equal and opposite, on two accounts of one person, within 2 days.
with transfer as (
  select
    transfer_id,
    count(*) as legs,
    sum(amount) as total,
    min(date) as first_date,
    max(date) as last_date,
    min(account_id) <> max(account_id) as has_two_accounts,
    min(user_id) = max(user_id) as is_one_person
  from raw_transactions
  where transfer_id is not null and not pending
  group by transfer_id
)
select transfer_id, legs, total, first_date, last_date, has_two_accounts, is_one_person
from transfer
where legs > 2
  -- a single leg may wait for the other one, which can still come within its 2 days
  or (legs = 1 and first_date + 2 <= $as_of)
  or (
    legs = 2
    and not (total = 0 and last_date - first_date <= 2 and has_two_accounts and is_one_person)
  )
