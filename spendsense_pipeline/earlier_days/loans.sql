-- Loans open at the end of the day: their terms as today, what had been paid on them by then, and
-- what was due next. Interest and principal of a year that began before the rows did are known of
-- as_of's year only.
with loan as (
  select
    loan.*,
    moment.as_of,
    account.opened_on,
    -- Clamped to the end of a short month: the longest of them is the day it is due on.
    greatest(
      day(coalesce(loan.next_payment_due_date, loan.maturity_date)),
      day(loan.maturity_date),
      day(loan.origination_date)
    ) as due_day
  from now.raw_loans as loan
  join now.raw_accounts as account on account.account_id = loan.account_id
  cross join _moments as moment
  where account.opened_on is null or account.opened_on <= moment.as_of
),
row_ as (
  select
    loan.account_id,
    posted.date,
    posted.amount,
    posted.transaction_id,
    posted.date <= loan.as_of as is_known,
    year(posted.date) = year(loan.as_of) as is_of_the_year,
    posted.amount < 0 as is_payment,
    posted.amount > 0 and posted.category_detailed = $card_interest as is_interest,
    posted.amount > 0 and posted.category_detailed <> $card_interest as is_escrow
  from loan
  join now.raw_transactions as posted on posted.account_id = loan.account_id
  where not posted.pending
),
paid as (
  select
    account_id,
    max(date) filter (is_known and is_payment) as last_date,
    arg_max(-amount, (date, transaction_id)) filter (is_known and is_payment) as last_amount,
    coalesce(sum(amount) filter (is_known and is_of_the_year and is_interest), 0) as interest,
    coalesce(-sum(amount) filter (is_known and is_of_the_year), 0) as principal,
    coalesce(sum(amount) filter (not is_known and is_of_the_year and is_interest), 0)
      as interest_since,
    coalesce(-sum(amount) filter (not is_known and is_of_the_year), 0) as principal_since,
    arg_min(amount, (date, transaction_id)) filter (not is_known and is_escrow) as next_escrow
  from row_
  group by account_id
),
owed as (
  select
    account.account_id,
    account.balance_current + coalesce(
      -sum(posted.amount) filter (not posted.pending and posted.date > moment.as_of), 0
    ) as balance_usd
  from now.raw_accounts as account
  cross join _moments as moment
  left join now.raw_transactions as posted on posted.account_id = account.account_id
  group by account.account_id, account.balance_current
),
due as (
  select
    loan.account_id,
    least(
      date_trunc('month', loan.as_of) + to_days(loan.due_day - 1), last_day(loan.as_of)
    )::date as this_month,
    least(
      date_trunc('month', loan.as_of) + interval 1 month + to_days(loan.due_day - 1),
      last_day(cast(date_trunc('month', loan.as_of) + interval 1 month as date))
    )::date as next_month
  from loan
)
select
  loan.* exclude (as_of, opened_on, due_day) replace (
    paid.last_amount as last_payment_amount_usd,
    paid.last_date as last_payment_date,
    case
      when owed.balance_usd > 0 and due.this_month > loan.as_of then due.this_month
      when owed.balance_usd > 0 then due.next_month
    end as next_payment_due_date,
    case
      when owed.balance_usd > 0
      then coalesce(
          if(
            loan.kind = 'mortgage',
            loan.principal_and_interest_usd + paid.next_escrow,
            loan.next_monthly_payment_usd
          ),
          loan.next_monthly_payment_usd,
          loan.principal_and_interest_usd
        )
    end as next_monthly_payment_usd,
    cast(
      case
        when year(loan.as_of) = year($last_day)
        then loan.ytd_interest_paid_usd - coalesce(paid.interest_since, 0)
        when date_trunc('year', loan.as_of) >= $history_start then coalesce(paid.interest, 0)
      end as decimal(12, 2)
    ) as ytd_interest_paid_usd,
    cast(
      case
        when year(loan.as_of) = year($last_day)
        then loan.ytd_principal_paid_usd - coalesce(paid.principal_since, 0)
        when date_trunc('year', loan.as_of) >= $history_start then coalesce(paid.principal, 0)
      end as decimal(12, 2)
    ) as ytd_principal_paid_usd,
    escrow.balance_usd as escrow_balance_usd,
    escrow.paid_out_usd as escrow_paid_out_usd
  )
from loan
left join paid on paid.account_id = loan.account_id
join owed on owed.account_id = loan.account_id
join due on due.account_id = loan.account_id
left join _escrow as escrow on escrow.account_id = loan.account_id
