-- One row per card statement: what it says (cents), what the statement before said, and what the
-- transactions of its cycle say. Rows dated on the issue date belong to the statement.
with statement as (
  select
    account.account_number,
    statement.account_id,
    statement.statement_id,
    statement.issued_on,
    statement.due_on,
    account.opening_cents,
    cast(statement.previous_balance * 100 as bigint) as previous_cents,
    cast(statement.purchases * 100 as bigint) as purchase_cents,
    cast(statement.interest * 100 as bigint) as interest_cents,
    cast(statement.fees * 100 as bigint) as fee_cents,
    cast(statement.payments * 100 as bigint) as payment_cents,
    cast(statement.statement_balance * 100 as bigint) as balance_cents,
    cast(statement.minimum_payment_amount * 100 as bigint) as minimum_cents
  from card_statements as statement
  join _checks_accounts as account on account.account_id = statement.account_id
),
cycle as (
  select
    *,
    lag(issued_on) over cycles as last_issued_on,
    lag(due_on) over cycles as last_due_on,
    lag(balance_cents) over cycles as last_balance_cents,
    lag(minimum_cents) over cycles as last_minimum_cents,
    lead(issued_on) over cycles is null as is_latest
  from statement
  window cycles as (partition by account_number order by issued_on)
),
card_day as (
  select
    closing.account_number,
    closing.date,
    case when closing.is_posted then closing.change_cents else 0 end as change_cents,
    greatest(closing.closing_cents, 0) * (closing.next_date - closing.date) as cent_days,
    coalesce(flow.payment_cents, 0) as payment_cents,
    coalesce(flow.interest_cents, 0) as interest_cents,
    coalesce(flow.fee_cents, 0) as fee_cents
  from _checks_closings as closing
  left join _checks_card_flows as flow
    on flow.account_number = closing.account_number
    and flow.date = closing.date
    and closing.is_posted
  where closing.account_number in (
      select account_number from _checks_accounts
      where type = 'credit'
    )
),
posted as (
  select
    cycle.account_number,
    cycle.issued_on,
    sum(day.change_cents + day.payment_cents - day.interest_cents - day.fee_cents)
      as posted_purchase_cents,
    sum(day.interest_cents) as posted_interest_cents,
    sum(day.interest_cents) filter (day.date = cycle.issued_on) as interest_on_issue_cents,
    sum(day.fee_cents) as posted_fee_cents,
    sum(day.payment_cents) as posted_payment_cents,
    sum(day.payment_cents) filter (day.date <= cycle.last_due_on) as paid_by_due_cents,
    sum(day.cent_days) as cent_days
  from card_day as day
  asof join cycle
    on cycle.account_number = day.account_number and day.date <= cycle.issued_on
  group by cycle.account_number, cycle.issued_on
)
select
  cycle.*,
  cast(coalesce(posted.posted_purchase_cents, 0) as bigint) as posted_purchase_cents,
  cast(coalesce(posted.posted_interest_cents, 0) as bigint) as posted_interest_cents,
  cast(coalesce(posted.interest_on_issue_cents, 0) as bigint) as interest_on_issue_cents,
  cast(coalesce(posted.posted_fee_cents, 0) as bigint) as posted_fee_cents,
  cast(coalesce(posted.posted_payment_cents, 0) as bigint) as posted_payment_cents,
  cast(coalesce(posted.paid_by_due_cents, 0) as bigint) as paid_by_due_cents,
  cast(posted.cent_days as bigint) as cent_days
from cycle
left join posted
  on posted.account_number = cycle.account_number and posted.issued_on = cycle.issued_on
