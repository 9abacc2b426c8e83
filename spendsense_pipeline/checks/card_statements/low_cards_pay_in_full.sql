-- A low card (below 30 %) pays every statement in full by its due date.
select
  cycle.account_id, cycle.statement_id, cycle.issued_on,
  (cycle.last_balance_cents / 100)::double as last_statement_balance,
  cycle.last_due_on,
  (cycle.paid_by_due_cents / 100)::double as paid_by_due
from _checks_cycles as cycle
join _checks_cards as card on card.account_number = cycle.account_number
where card.band = 'low'
  and greatest(cycle.last_balance_cents, 0) > cycle.paid_by_due_cents
