-- One row per card statement: what it says (cents), what the statement before said, and what the
-- transactions of its cycle say. Rows dated on the issue date belong to the statement.
with statement as (
  select
    account_id,
    statement_id,
    issued_on,
    due_on,
    cast(previous_balance * 100 as bigint) as previous_cents,
    cast(purchases * 100 as bigint) as purchase_cents,
    cast(interest * 100 as bigint) as interest_cents,
    cast(fees * 100 as bigint) as fee_cents,
    cast(payments * 100 as bigint) as payment_cents,
    cast(statement_balance * 100 as bigint) as balance_cents,
    cast(minimum_payment_amount * 100 as bigint) as minimum_cents,
    lag(issued_on) over cycles as last_issued_on,
    lag(due_on) over cycles as last_due_on,
    cast(lag(statement_balance) over cycles * 100 as bigint) as last_balance_cents,
    cast(lag(minimum_payment_amount) over cycles * 100 as bigint) as last_minimum_cents,
    lead(statement_id) over cycles is null as is_latest
  from card_statements
  window cycles as (partition by account_id order by issued_on)
),
flow as (
  select
    statement.statement_id,
    cast(sum(card_flow.purchase_cents) as bigint) as posted_purchase_cents,
    cast(sum(card_flow.interest_cents) as bigint) as posted_interest_cents,
    cast(sum(card_flow.interest_cents) filter (card_flow.date = statement.issued_on) as bigint)
      as interest_on_issue_cents,
    cast(sum(card_flow.fee_cents) as bigint) as posted_fee_cents,
    cast(sum(card_flow.payment_cents) as bigint) as posted_payment_cents,
    cast(sum(card_flow.payment_cents) filter (card_flow.date <= statement.last_due_on) as bigint)
      as paid_by_due_cents
  from _checks_card_flows as card_flow
  asof join statement
    on statement.account_id = card_flow.account_id and card_flow.date <= statement.issued_on
  group by statement.statement_id
),
owed as (
  select
    statement.statement_id,
    cast(sum(greatest(closing.closing_cents, 0) * (closing.next_date - closing.date)) as bigint)
      as cent_days
  from _checks_closings as closing
  asof join statement
    on statement.account_id = closing.account_id and closing.date <= statement.issued_on
  group by statement.statement_id
)
select
  statement.*,
  coalesce(flow.posted_purchase_cents, 0) as posted_purchase_cents,
  coalesce(flow.posted_interest_cents, 0) as posted_interest_cents,
  coalesce(flow.interest_on_issue_cents, 0) as interest_on_issue_cents,
  coalesce(flow.posted_fee_cents, 0) as posted_fee_cents,
  coalesce(flow.posted_payment_cents, 0) as posted_payment_cents,
  coalesce(flow.paid_by_due_cents, 0) as paid_by_due_cents,
  owed.cent_days
from statement
left join flow on flow.statement_id = statement.statement_id
left join owed on owed.statement_id = statement.statement_id
