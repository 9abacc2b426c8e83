-- Shares of cards by utilisation at as_of, and of high and critical cards by how they are paid.
with payment as (
  select
    account.account_id,
    flow.payment_cents,
    statement.minimum_payment_amount * 100 as minimum_cents,
    statement.statement_balance * 100 as balance_cents
  from _checks_card_flows as flow
  join _checks_accounts as account on account.account_number = flow.account_number
  asof join card_statements as statement
    on statement.account_id = account.account_id and statement.issued_on < flow.date
  where flow.payment_cents > 0
),
habit as (
  select
    account_id,
    bool_and(
      abs(payment_cents - minimum_cents) <= 0.05 * minimum_cents and balance_cents > minimum_cents
    ) as pays_minimum
  from payment
  group by account_id
),
card as (
  select
    account.account_id,
    account.balance_current / account.balance_limit as utilization,
    coalesce(liability.is_overdue, false) as is_overdue,
    coalesce(habit.pays_minimum, false) and not coalesce(liability.is_overdue, false)
      as pays_minimum
  from raw_accounts as account
  left join raw_liabilities as liability on liability.account_id = account.account_id
  left join habit on habit.account_id = account.account_id
  where account.type = 'credit'
    and account.balance_limit > 0
    and account.user_id in (select user_id from _checks_undisturbed)
),
banded as (
  select
    *,
    case
      when utilization < $medium_from then 'low'
      when utilization < $high_from then 'medium'
      when utilization < $critical_from then 'high'
      else 'critical'
    end as band
  from card
)
select
  'credit_utilization_distribution.' || band as control,
  count(*) / sum(count(*)) over () as value,
  sum(count(*)) over () as units
from banded
group by band
union all
select 'overdue_probability', count(*) filter (is_overdue) / nullif(count(*), 0), count(*)
from banded
where band in ('high', 'critical')
union all
select
  'min_payment_only_probability', count(*) filter (pays_minimum) / nullif(count(*), 0), count(*)
from banded
where band in ('high', 'critical')
