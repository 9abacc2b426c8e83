-- What the raw tables say of whoever is advised, whatever the window: a row per fact with a value.
with balances as (
  -- One unknown balance leaves a sum unknown.
  select
    user_id,
    case
      when count(*) filter (type = 'credit') = count(balance) filter (type = 'credit')
      then sum(cast(balance as decimal(18, 2))) filter (type = 'credit')
    end as card_debt_usd,
    case
      when count(*) filter (list_contains($checking_subtypes, subtype))
        = count(balance) filter (list_contains($checking_subtypes, subtype))
      then sum(cast(balance as decimal(18, 2))) filter (list_contains($checking_subtypes, subtype))
    end as checking_balance_usd,
    case
      when count(*) filter (type = 'depository' and list_contains($savings_subtypes, subtype))
        = count(balance) filter (type = 'depository' and list_contains($savings_subtypes, subtype))
      then
        sum(cast(balance as decimal(18, 2)))
        filter (type = 'depository' and list_contains($savings_subtypes, subtype))
    end as savings_balance_usd
  from _guard_accounts
  group by user_id
),
cards as (
  select
    user_id,
    cast(count(*) as double) as card_count,
    count(*) as cards,
    -- (A limit of nothing says nothing of use.)
    max(balance / credit_limit) filter (credit_limit > 0) as most,
    count(balance / credit_limit) filter (credit_limit > 0) as known,
    bool_or(is_overdue) as is_late,
    count(is_overdue) as reported
  from _guard_accounts
  where is_card
  group by user_id
),
uses as (
  select
    user_id,
    card_count,
    case when known = cards or most >= $medium_from then most end as max_utilization,
    case when is_late then 1.0 when reported = cards then 0.0 end as is_overdue
  from cards
),
held as (
  select
    person.user_id,
    holding.fact,
    cast(
      coalesce(
        bool_or(
          account.type = holding.type and list_contains(holding.subtypes, account.subtype)
        ),
        false
      ) as double
    ) as amount
  from (select distinct user_id from _guard_accounts) as person
  cross join _guard_holdings as holding
  left join _guard_accounts as account on account.user_id = person.user_id
  group by person.user_id, holding.fact
)
select user_id, fact, amount from held
union all
select user_id, fact, cast(amount as double)
from (
  unpivot balances on card_debt_usd, checking_balance_usd, savings_balance_usd
  into name fact value amount
)
union all
select user_id, fact, amount
from (unpivot uses on card_count, max_utilization, is_overdue into name fact value amount)
union all
select person.user_id, 'card_count', 0.0
from (select distinct user_id from _guard_people) as person
anti join cards on cards.user_id = person.user_id
