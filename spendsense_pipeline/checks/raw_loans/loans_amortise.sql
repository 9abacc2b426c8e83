-- A loan's payment pays it off in its term at its rate, and what was owed when the history began is
-- what that schedule leaves, give or take a payment that came a few days earlier or later.
with loan as (
  select
    loan.*,
    account.opening_balance::double as opening_usd,
    account.balance_current,
    loan.origination_principal_usd::double as principal_usd,
    loan.principal_and_interest_usd::double as payment_usd,
    coalesce(loan.next_monthly_payment_usd, loan.principal_and_interest_usd)::double
      as charged_usd,
    loan.interest_rate_percentage::double / 1200 as monthly_rate,
    date_diff('month', loan.origination_date, $history_start)
    - if(day($history_start) > day(loan.origination_date), 0, 1) as payments
  from raw_loans as loan
  join raw_accounts as account on account.account_id = loan.account_id
),
scheduled as (
  select
    *,
    principal_usd * monthly_rate / (1 - pow(1 + monthly_rate, -term_months))
      as level_payment_usd,
    principal_usd * pow(1 + monthly_rate, payments)
    - payment_usd * (pow(1 + monthly_rate, payments) - 1) / monthly_rate as left_usd
  from loan
)
select
  account_id,
  kind,
  origination_principal_usd,
  principal_and_interest_usd,
  level_payment_usd,
  opening_usd,
  left_usd,
  balance_current
from scheduled
where abs(level_payment_usd - payment_usd) > 0.006
  or abs(opening_usd - left_usd) > 1.1 * payment_usd + 0.003 * principal_usd
  -- What a part of a payment leaves unpaid is owed on top until the rest arrives.
  or balance_current < 0
  or balance_current > principal_usd + 1.5 * charged_usd
  or date_diff('month', origination_date, maturity_date) <> term_months
