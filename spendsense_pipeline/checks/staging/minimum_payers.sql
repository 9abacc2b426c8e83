-- Cards every payment to which is the minimum of the statement before it, of a balance above it.
with payment as (
  select
    account.account_id,
    flow.payment_cents,
    statement.minimum_payment_amount * 100 as minimum_cents,
    statement.statement_balance * 100 as balance_cents
  from _checks_card_flows as flow
  join _checks_accounts as account on account.account_number = flow.account_number
  asof join card_statements as statement
    on statement.account_id = account.account_id and statement.issued_on < flow.date
  where flow.payment_cents > 0
)
select account_id
from payment
group by account_id
having bool_and(
    abs(payment_cents - minimum_cents) <= 0.05 * minimum_cents and balance_cents > minimum_cents
  )
