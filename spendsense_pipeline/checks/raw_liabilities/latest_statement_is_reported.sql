-- Balance, minimum, issue and due date of a liability are those of the card's latest statement.
select
  liability.account_id,
  cycle.statement_id,
  liability.last_statement_balance,
  (cycle.balance_cents / 100)::double as statement_balance,
  liability.last_statement_issue_date,
  cycle.issued_on,
  liability.next_payment_due_date,
  cycle.due_on,
  liability.minimum_payment_amount
from raw_liabilities as liability
left join _checks_cycles as cycle on cycle.account_id = liability.account_id and cycle.is_latest
where liability.last_statement_balance * 100 is distinct from cycle.balance_cents
  or liability.minimum_payment_amount * 100 is distinct from cycle.minimum_cents
  or liability.last_statement_issue_date is distinct from cycle.issued_on
  or liability.next_payment_due_date is distinct from cycle.due_on
