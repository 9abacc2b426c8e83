-- A card owes at most its limit on every day, beyond it only by the interest and fees of the last 35 days.
with over_limit as (
  select
    closing.account_id,
    closing.date,
    closing.closing_cents - cast(card.balance_limit * 100 as bigint) as excess_cents
  from _checks_closings as closing
  join raw_accounts as card on card.account_id = closing.account_id
  where card.type = 'credit' and closing.closing_cents > card.balance_limit * 100
)
select
  over_limit.account_id,
  over_limit.date,
  (over_limit.excess_cents / 100)::double as over_limit_by,
  (coalesce(sum(flow.interest_cents + flow.fee_cents), 0) / 100)::double as interest_and_fees
from over_limit
left join _checks_card_flows as flow
  on flow.account_id = over_limit.account_id
  and flow.date between over_limit.date - 34 and over_limit.date
group by over_limit.account_id, over_limit.date, over_limit.excess_cents
having over_limit.excess_cents > coalesce(sum(flow.interest_cents + flow.fee_cents), 0)
