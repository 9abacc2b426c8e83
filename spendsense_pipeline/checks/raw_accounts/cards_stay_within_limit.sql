-- A card owes at most its limit on every day, beyond it only by the interest and fees of the last
-- 35 days.
with over_limit as (
  select
    card.account_number,
    card.account_id,
    closing.date,
    closing.closing_cents - card.limit_cents as excess_cents
  from _checks_cards as card
  join _checks_closings as closing on closing.account_number = card.account_number
  where card.most_cents > card.limit_cents and closing.closing_cents > card.limit_cents
)
select
  over_limit.account_id,
  over_limit.date,
  over_limit.excess_cents / 100 as over_limit_by,
  coalesce(sum(flow.interest_cents + flow.fee_cents), 0) / 100 as interest_and_fees
from over_limit
left join _checks_card_flows as flow
  on flow.account_number = over_limit.account_number
  and flow.date between over_limit.date - 34 and over_limit.date
group by over_limit.account_id, over_limit.date, over_limit.excess_cents
having over_limit.excess_cents > coalesce(sum(flow.interest_cents + flow.fee_cents), 0)
