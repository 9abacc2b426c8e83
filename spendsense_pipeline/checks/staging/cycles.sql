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
flow as (
  select
    cycle.account_number,
    cycle.issued_on,
    cast(sum(card_flow.purchase_cents) as bigint) as posted_purchase_cents,
    cast(sum(card_flow.interest_cents) as bigint) as posted_interest_cents,
    cast(sum(card_flow.interest_cents) filter (card_flow.date = cycle.issued_on) as bigint)
      as interest_on_issue_cents,
    cast(sum(card_flow.fee_cents) as bigint) as posted_fee_cents,
    cast(sum(card_flow.payment_cents) as bigint) as posted_payment_cents,
    cast(sum(card_flow.payment_cents) filter (card_flow.date <= cycle.last_due_on) as bigint)
      as paid_by_due_cents
  from _checks_card_flows as card_flow
  asof join cycle
    on cycle.account_number = card_flow.account_number and card_flow.date <= cycle.issued_on
  group by cycle.account_number, cycle.issued_on
),
owed as (
  select
    cycle.account_number,
    cycle.issued_on,
    cast(sum(greatest(closing.closing_cents, 0) * (closing.next_date - closing.date)) as bigint)
      as cent_days
  from (
    select *
    from _checks_closings
    where account_number in (select account_number from _checks_accounts where type = 'credit')
  ) as closing
  asof join cycle
    on cycle.account_number = closing.account_number and closing.date <= cycle.issued_on
  group by cycle.account_number, cycle.issued_on
)
select
  cycle.*,
  coalesce(flow.posted_purchase_cents, 0) as posted_purchase_cents,
  coalesce(flow.posted_interest_cents, 0) as posted_interest_cents,
  coalesce(flow.interest_on_issue_cents, 0) as interest_on_issue_cents,
  coalesce(flow.posted_fee_cents, 0) as posted_fee_cents,
  coalesce(flow.posted_payment_cents, 0) as posted_payment_cents,
  coalesce(flow.paid_by_due_cents, 0) as paid_by_due_cents,
  owed.cent_days
from cycle
left join flow
  on flow.account_number = cycle.account_number and flow.issued_on = cycle.issued_on
left join owed
  on owed.account_number = cycle.account_number and owed.issued_on = cycle.issued_on
