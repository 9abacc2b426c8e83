-- Cards below 50 % pay no interest: low ones (below 30 %) pay in full, medium ones carry a 0 %
-- promotional balance.
select
  card.account_id, card.band, card.least_utilization, card.most_utilization,
  cycle.statement_id, cycle.issued_on,
  (cycle.interest_cents / 100)::double as interest
from _checks_cycles as cycle
join _checks_cards as card on card.account_number = cycle.account_number
where cycle.interest_cents > 0 and card.band in ('low', 'medium')
