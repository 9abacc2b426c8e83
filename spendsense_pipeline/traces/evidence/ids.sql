-- Ids of the transactions, streams and accounts that make up a feature, per decision and feature.
with
fullest_card as (
  select
    user_id, first(account_id order by balance_cents / limit_cents desc, account_id) as account_id
  from _measured_accounts
  where is_card and limit_cents > 0 and balance_cents is not null
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
),
paydays as (
  -- the main earner's
  select user_no, date, list(payer_no) as payers
  from _paydays semi join _main_payers using (user_no, payer_no)
  group by user_no, date
),
before_window as (
  -- the two paydays before a window: the gap into it, and the last completed gap if it has none
  select
    w.window_days, p.user_no, p.date,
    row_number() over (partition by w.window_days, p.user_no order by p.date desc) as distance
  from paydays as p
  cross join (select unnest($windows) as window_days) as w
  where p.date <= $as_of - w.window_days
),
pay as (
  -- every paycheck of a payday, though it reached another account days later
  select distinct n.user_id, n.window_days, n.feature, r.transaction_id, r.date
  from _evidence_needed as n
  join _measured_users as u on u.user_id = n.user_id
  join paydays as p on p.user_no = u.user_no
  join _paychecks as c
    on c.user_no = p.user_no and list_contains(p.payers, c.payer_no)
    and c.date between p.date and p.date + $same_payday_days
  join _evidence_rows as r
    on r.account_no = c.account_no and r.date = c.date and r.cents = c.cents
  left join before_window as b
    on b.user_no = p.user_no and b.window_days = n.window_days and b.date = p.date
  where n.feature = 'median_pay_gap_days'
    and (p.date > $as_of - n.window_days or b.distance <= 2)
),
flows as (
  select n.user_id, n.window_days, n.feature, r.transaction_id, r.date
  from _evidence_needed as n
  join _evidence_rows as r on r.user_id = n.user_id and r.date > $as_of - n.window_days
  where (n.feature = 'interest_charged_usd' and r.is_card_interest)
    or (n.feature = 'minimum_payment_only' and r.is_card_payment)
    or (n.feature = 'savings_net_inflow_monthly_usd' and r.is_savings_flow)
),
subscription_charges as (
  select n.user_id, n.window_days, n.feature, unnest(s.transaction_ids) as transaction_id
  from _evidence_needed as n
  join recurring_streams as s on s.user_id = n.user_id
  where n.feature = 'subscription_spend_share'
    and s.kind = 'subscription' and s.is_active and s.status = 'MATURE'
),
charges as (
  select c.user_id, c.window_days, c.feature, c.transaction_id, r.date
  from subscription_charges as c
  join _evidence_rows as r
    on r.transaction_id = c.transaction_id and r.date > $as_of - c.window_days
),
listed as (
  -- transactions oldest first
  select user_id, window_days, feature, transaction_id as id, date from pay
  union all
  select user_id, window_days, feature, transaction_id, date from flows
  union all
  select user_id, window_days, feature, transaction_id, date from charges
  union all
  select n.user_id, n.window_days, n.feature, h.id, null
  from _evidence_needed as n join holdings as h using (user_id, feature)
)
select user_id, window_days, feature, list(id order by date, id) as ids
from listed
group by user_id, window_days, feature
