-- A card is overdue exactly when some due date up to as_of has passed with its minimum unpaid:
-- payments settle the oldest minimum first, after its statement. A statement adds its minimum to
-- what is due, a payment takes from it but never below zero (money beyond the minimums of the
-- statements already issued pays down the balance, not a later minimum). That reflected sum is the
-- running total less its lowest point so far. What is left at as_of belongs to the newest
-- statements, so the card is overdue when it exceeds the minimums not yet due.
with event as (
  select account_number, date, 0 as turn, -payment_cents as cents
  from _checks_card_flows
  where payment_cents <> 0
  union all
  -- a payment on the issue date still belongs to the cycle before
  select account_number, issued_on, 1, minimum_cents
  from _checks_cycles
),
total as (
  select
    account_number,
    date,
    turn,
    sum(cents) over (partition by account_number order by date, turn) as cents
  from event
),
reflected as (
  select
    account_number,
    arg_max(cents, (date, turn)) as total_cents,
    min(cents) as lowest_cents
  from total
  group by account_number
),
not_yet_due as (
  select account_number, sum(minimum_cents) as cents
  from _checks_cycles
  where due_on > $as_of
  group by account_number
),
expected as (
  select
    liability.account_id,
    liability.is_overdue,
    coalesce(reflected.total_cents - least(reflected.lowest_cents, 0), 0) as unpaid_cents,
    coalesce(not_yet_due.cents, 0) as not_yet_due_cents
  from raw_liabilities as liability
  join _checks_accounts as account on account.account_id = liability.account_id
  left join reflected on reflected.account_number = account.account_number
  left join not_yet_due on not_yet_due.account_number = account.account_number
)
select
  account_id,
  is_overdue,
  unpaid_cents > not_yet_due_cents as expected_overdue,
  (unpaid_cents / 100)::double as minimums_unpaid,
  (not_yet_due_cents / 100)::double as minimums_not_yet_due
from expected
where is_overdue is distinct from (unpaid_cents > not_yet_due_cents)
