-- What items may cite beside features, worked out anew from features and accounts.
with measured as (
  select
    judged.judged_no,
    judged.window_days,
    feature.income_monthly_usd,
    feature.benefit_income_monthly_usd,
    feature.low_balance_day_share,
    feature.history_days
  from _evaluation_judged as judged
  join _evaluation_features as feature
    on feature.user_id = judged.user_id and feature.window_days = judged.window_days
),
personal as (
  select judged.judged_no, account.type, account.subtype, account.balance_current
  from raw_accounts as account
  join _evaluation_judged as judged on judged.user_id = account.user_id
  where account.holder_category is distinct from 'business'
),
balances as (
  select
    judged_no,
    case
      when type = 'credit' then 'card_debt_usd'
      when list_contains($checking_subtypes, subtype) then 'checking_balance_usd'
    end as fact,
    -- One unknown balance leaves the sum unknown.
    case
      when count(*) = count(balance_current) then cast(sum(balance_current) as double)
    end as value
  from personal
  group by all
),
holdings as (
  select
    unnest($holding_facts) as fact,
    unnest($holding_types) as type,
    unnest($holding_subtypes) as subtypes
),
held as (
  select
    personal.judged_no,
    holdings.fact,
    cast(
      bool_or(
        personal.type = holdings.type
        and list_contains(string_split(holdings.subtypes, '|'), personal.subtype)
      ) as double
    ) as value
  from personal
  cross join holdings
  group by personal.judged_no, holdings.fact
)
select
  judged_no,
  'income_and_benefits_monthly_usd' as fact,
  income_monthly_usd + benefit_income_monthly_usd as value
from measured
union all
select
  judged_no, 'low_balance_day_count',
  round(low_balance_day_share * least(window_days, history_days))
from measured
union all
select judged_no, 'window_days', window_days
from measured
union all
select judged_no, fact, value
from balances
where fact is not null
union all
select judged_no, fact, coalesce(value, 0)
from held
