-- Per person: spending and rent as a share of income, and monthly income itself.
-- Spending: outflows less refunds, without own-account transfers and card payments; cash is
-- spending.
with flow as (
  select
    row.user_id,
    sum(row.amount) filter (
      (
        not list_contains($not_consumed, row.category_primary)
        or row.category_detailed = $cash_withdrawal
      )
      and row.category_detailed <> $card_payment
    )::double as spend_usd,
    sum(row.amount) filter (row.category_detailed = $rent)::double as rent_usd,
    sum(-row.amount) filter (
      account.type = 'depository'
      and list_contains($earned_income, row.category_detailed)
    )::double as income_usd
  from raw_transactions as row
  join raw_accounts as account on account.account_id = row.account_id
  where row.user_id <= $last_person
    and not row.pending
    and account.holder_category is distinct from 'business'
    and account.type <> 'loan'
  group by row.user_id
)
select
  user_id,
  spend_usd / income_usd as spend_to_income,
  case when rent_usd > 0 then rent_usd / income_usd end as rent_to_income,
  income_usd * $days_per_month / ($as_of - $history_start + 1) as income_usd
from flow
where income_usd > 0
order by user_id
