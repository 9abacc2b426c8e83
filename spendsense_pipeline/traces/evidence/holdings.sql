-- Account and stream ids that make up a feature, per person, window and feature.
with
fullest_card as (
  select
    user_id, first(account_id order by balance_cents / limit_cents desc, account_id) as account_id
  from _measured_accounts
  where is_card and limit_cents > 0
  group by user_id
),
holdings as (
  select user_id, 'card_count' as feature, account_id as id
  from _measured_accounts
  where is_card
  union all
  select user_id, 'max_utilization', account_id from fullest_card
  union all
  select a.user_id, 'is_overdue', a.account_id
  from raw_liabilities as l join _measured_accounts as a on a.account_id = l.account_id
  where l.is_overdue and a.is_card
  union all
  select s.user_id, f.feature, s.stream_id
  from recurring_streams as s
  cross join (
    select unnest(['subscription_count', 'monthly_subscription_spend_usd']) as feature
  ) as f
  where s.kind = 'subscription' and s.is_active and s.status = 'MATURE'
)
select n.user_id, n.window_days, n.feature, list(h.id order by h.id) as ids
from _evidence_needed as n join holdings as h using (user_id, feature)
group by all
