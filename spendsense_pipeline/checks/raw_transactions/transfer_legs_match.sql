-- The two legs of an own-account transfer are equal and opposite, on two accounts of one person,
-- within 2 days.
select
  transfer_id,
  legs,
  total_cents / 100 as total,
  first_date,
  last_date,
  has_two_accounts,
  is_one_person
from _checks_transfers
where legs > 2
  -- a single leg may wait for the other one, which can still come within its 2 days
  or (legs = 1 and first_date + 2 <= $as_of)
  or (
    legs = 2
    and not (total_cents = 0 and last_date - first_date <= 2 and has_two_accounts and is_one_person)
  )
