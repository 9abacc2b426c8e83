-- Purchases, interest, fees and payments of every statement are the sums of the card's posted rows
-- in that cycle.
select
  account_id, statement_id, issued_on,
  (purchase_cents / 100)::double as purchases,
  (posted_purchase_cents / 100)::double as posted_purchases,
  (interest_cents / 100)::double as interest,
  (posted_interest_cents / 100)::double as posted_interest,
  (fee_cents / 100)::double as fees,
  (posted_fee_cents / 100)::double as posted_fees,
  (payment_cents / 100)::double as payments,
  (posted_payment_cents / 100)::double as posted_payments
from _checks_cycles
where purchase_cents <> posted_purchase_cents
  or interest_cents <> posted_interest_cents
  or fee_cents <> posted_fee_cents
  or payment_cents <> posted_payment_cents
