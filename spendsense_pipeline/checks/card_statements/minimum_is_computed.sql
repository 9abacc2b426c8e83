-- The minimum payment is 1 % of the balance + interest + fees, at least $25, at most the balance,
-- never below zero.
with due as (
  select
    account_id, statement_id, issued_on, balance_cents, interest_cents, fee_cents, minimum_cents,
    balance_cents // 100
    + case
      when balance_cents % 100 > 50 then 1
      when balance_cents % 100 = 50 then (balance_cents // 100) % 2
      else 0
    end as percent_cents
  from _checks_cycles
),
expected as (
  select
    *,
    greatest(
      0, least(balance_cents, greatest(2500, percent_cents + interest_cents + fee_cents))
    ) as expected_cents
  from due
)
select
  account_id, statement_id, issued_on,
  (balance_cents / 100)::double as statement_balance,
  (minimum_cents / 100)::double as minimum_payment_amount,
  (expected_cents / 100)::double as expected_minimum
from expected
where minimum_cents <> expected_cents
