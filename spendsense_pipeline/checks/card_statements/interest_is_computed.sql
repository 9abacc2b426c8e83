-- Interest is APR/365 x average daily balance x days, half-even to the cent, only if the last
-- statement was not paid in full by its due date. Average daily balance x days is the sum of the
-- cycle's daily closings, before the interest itself, which posts on the issue date. All in
-- integers: APR in hundredths of a percent, balances in cents.
with charge as (
  select
    cycle.account_id,
    cycle.statement_id,
    cycle.issued_on,
    cycle.interest_cents,
    cycle.interest_on_issue_cents,
    cycle.last_balance_cents,
    cycle.paid_by_due_cents,
    cast(card.apr_percentage * 100 as bigint)
    * (cycle.cent_days - cycle.interest_on_issue_cents) as numerator,
    365 * 10000 as denominator,
    coalesce(
      cycle.last_balance_cents > 0 and cycle.paid_by_due_cents < cycle.last_balance_cents, false
    )
      as is_revolving
  from _checks_cycles as cycle
  join raw_liabilities as card on card.account_id = cycle.account_id
),
expected as (
  select
    *,
    case
      when not is_revolving then 0
      else numerator // denominator
        + case
          when 2 * (numerator % denominator) > denominator then 1
          when 2 * (numerator % denominator) = denominator then (numerator // denominator) % 2
          else 0
        end
    end as expected_cents
  from charge
)
select
  account_id, statement_id, issued_on, is_revolving,
  (last_balance_cents / 100)::double as last_statement_balance,
  (paid_by_due_cents / 100)::double as paid_by_due,
  (interest_cents / 100)::double as interest,
  (expected_cents / 100)::double as expected_interest,
  (interest_on_issue_cents / 100)::double as interest_posted_on_issue_date
from expected
where interest_cents <> expected_cents or interest_on_issue_cents <> expected_cents
