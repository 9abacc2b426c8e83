-- A medium card (30 to 50 %) pays every statement in full by its due date, or has a 0 % rate and
-- pays more than 1.05 x the minimum.
select
  cycle.account_id, cycle.statement_id, cycle.issued_on, terms.apr_percentage,
  cycle.last_due_on,
  (cycle.last_balance_cents / 100)::double as last_statement_balance,
  (cycle.last_minimum_cents / 100)::double as last_minimum,
  (cycle.paid_by_due_cents / 100)::double as paid_by_due
from _checks_cycles as cycle
join _checks_cards as card on card.account_number = cycle.account_number
join raw_liabilities as terms on terms.account_id = cycle.account_id
where card.band = 'medium'
  and cycle.paid_by_due_cents < cycle.last_balance_cents
  and (
    terms.apr_percentage > 0
    or 100 * cycle.paid_by_due_cents <= 105 * cycle.last_minimum_cents
  )
