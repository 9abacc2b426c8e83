-- One row per card: its limit, the least and most it owed on any night (cents), and the utilisation
-- band it lives in: the one that holds the middle of that range.
with range as (
  select account_id, min(closing_cents) as least_cents, max(closing_cents) as most_cents
  from _checks_closings
  group by account_id
)
select
  card.account_id,
  card.user_id,
  cast(card.balance_limit * 100 as bigint) as limit_cents,
  range.least_cents,
  range.most_cents,
  range.least_cents / (card.balance_limit * 100)::double as least_utilization,
  range.most_cents / (card.balance_limit * 100)::double as most_utilization,
  case
    when range.least_cents + range.most_cents < 0.6 * card.balance_limit * 100 then 'low'
    when range.least_cents + range.most_cents < card.balance_limit * 100 then 'medium'
    when range.least_cents + range.most_cents < 1.6 * card.balance_limit * 100 then 'high'
    else 'critical'
  end as band
from raw_accounts as card
join range on range.account_id = card.account_id
where card.type = 'credit' and card.balance_limit > 0
