-- One row per card: its limit, the least and most it owed on any night (cents), and the utilisation
-- band it lives in: the one that holds the middle of that range. Cards that an event has put to
-- another use live in none.
with balance as (
  select account_number, min(closing_cents) as least_cents, max(closing_cents) as most_cents
  from _checks_closings
  where account_number in (
      select account_number from _checks_accounts
      where type = 'credit'
    )
  group by account_number
)
select
  card.account_number,
  card.account_id,
  card.limit_cents,
  balance.most_cents,
  balance.least_cents / card.limit_cents as least_utilization,
  balance.most_cents / card.limit_cents as most_utilization,
  case
    when least_cents + most_cents < card.limit_cents * 2 * $medium_from then 'low'
    when least_cents + most_cents < card.limit_cents * 2 * $high_from then 'medium'
    when least_cents + most_cents < card.limit_cents * 2 * $critical_from then 'high'
    else 'critical'
  end as band
from _checks_accounts as card
join balance on balance.account_number = card.account_number
where card.limit_cents > 0
  and card.user_id not in (
    select user_id from life_events
    where contains(changes, 'card_use"')
  )
