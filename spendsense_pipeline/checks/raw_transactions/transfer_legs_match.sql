-- The two legs of an own-account transfer are equal and opposite, on two accounts of one person, at
-- most three business days apart; one that is still due may be missing.
select
  transfer_id,
  legs,
  total_cents / 100 as total,
  first_date,
  last_date,
  business_days,
  has_two_accounts,
  is_one_person
from _checks_transfers
where legs > 2
  or (legs = 1 and business_days_since >= 3)
  or (
    legs = 2
    and not (total_cents = 0 and business_days <= 3 and has_two_accounts and is_one_person)
  )
