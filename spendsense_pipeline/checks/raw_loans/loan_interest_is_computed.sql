-- Interest is what the loan's rate makes of what was owed before that day: of a mortgage a twelfth,
-- every month; of others the days since the payment before, with every payment; half to even.
with posted as (
  select
    account.account_number,
    row.date,
    cast(
      sum(row.amount * 100) filter (row.category_detailed = $card_interest and row.amount > 0)
      as bigint
    ) as interest_cents,
    count(*) filter (row.amount < 0) > 0 as has_payment
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where account.type = 'loan' and not row.pending
  group by account.account_number, row.date
),
moved as (
  select
    day.account_number,
    day.date,
    coalesce(sum(day.change_cents) over earlier, 0) as moved_cents
  from _checks_days as day
  window earlier as (
    partition by day.account_number order by day.date
    rows between unbounded preceding and 1 preceding
  )
),
charge as (
  select
    account.account_id,
    loan.interest_convention,
    posted.date,
    coalesce(posted.interest_cents, 0) as interest_cents,
    cast(account.opening_cents + moved.moved_cents as hugeint) as owed_cents,
    cast(loan.interest_rate_percentage * 1000 as hugeint) as rate,
    posted.date - lag(posted.date) over charges as days,
    lead(posted.date) over charges as next_date
  from posted
  join _checks_accounts as account on account.account_number = posted.account_number
  join raw_loans as loan on loan.account_id = account.account_id
  join moved on moved.account_number = posted.account_number and moved.date = posted.date
  where if(
      loan.interest_convention = 'monthly', posted.interest_cents is not null, posted.has_payment
    )
  window charges as (partition by posted.account_number order by posted.date)
),
fraction as (
  select
    *,
    owed_cents * rate * if(interest_convention = 'monthly', 1, days) as numerator,
    if(interest_convention = 'monthly', 1200000, 36500000) as denominator
  from charge
)
select
  account_id,
  date,
  interest_cents / 100 as interest,
  owed_cents / 100 as owed_before,
  days,
  numerator / denominator / 100 as expected_interest
from fraction
where interest_cents
  <> numerator // denominator
  + if(2 * (numerator % denominator) + (numerator // denominator) % 2 > denominator, 1, 0)
  or (
    interest_convention = 'monthly'
    and (days not between 25 and 36 or coalesce(next_date, $as_of) - date > 36)
  )
