-- Previous statement + purchases + interest + fees - payments = statement, and each starts where
-- the last ended.
select
  cycle.account_id, cycle.statement_id, cycle.issued_on,
  (cycle.previous_cents / 100)::double as previous_balance,
  (coalesce(cycle.last_balance_cents, cycle.opening_cents) / 100)::double as carried_balance,
  (cycle.balance_cents / 100)::double as statement_balance,
  (
    (
      cycle.previous_cents + cycle.purchase_cents + cycle.interest_cents + cycle.fee_cents
      - cycle.payment_cents
    ) / 100
  )::double as expected_balance
from _checks_cycles as cycle
where cycle.previous_cents + cycle.purchase_cents + cycle.interest_cents + cycle.fee_cents
  - cycle.payment_cents <> cycle.balance_cents
  or cycle.previous_cents <> coalesce(cycle.last_balance_cents, cycle.opening_cents)
