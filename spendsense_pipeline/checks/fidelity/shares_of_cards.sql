-- Shares of cards by utilisation at as_of, and of high and critical cards by how they are paid.
with card as (
  select
    account.account_id,
    account.balance_current / account.balance_limit as utilization,
    coalesce(liability.is_overdue, false) as is_overdue,
    account.account_id in (select account_id from _checks_minimum_payers)
    and not coalesce(liability.is_overdue, false) as pays_minimum
  from raw_accounts as account
  left join raw_liabilities as liability on liability.account_id = account.account_id
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
