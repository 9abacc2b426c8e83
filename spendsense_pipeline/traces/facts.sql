-- Own numbers that sentences cite: card, balances, subscriptions, per person and window.
with
fullest_card as (
  select m.user_id, list(
    struct_pack(mask := a.mask, owed := a.balance_current, credit_limit := a.balance_limit)
    order by m.balance_cents / m.limit_cents desc, m.account_id)[1] as card
  from _measured_accounts as m join raw_accounts as a using (account_id)
  where m.is_card and m.limit_cents > 0 group by m.user_id),
overdue_card as (
  select m.user_id, list(
    struct_pack(mask := a.mask, due := l.next_payment_due_date)
    order by l.next_payment_due_date nulls last, l.account_id)[1] as card
  from _measured_accounts as m
  join raw_accounts as a using (account_id)
  join raw_liabilities as l using (account_id)
  where m.is_card and l.is_overdue group by m.user_id),
checking as (
  select user_id, sum(balance_cents) / 100 as balance
  from _measured_accounts where is_checking group by user_id),
subscriptions as (
  select user_id, list(distinct merchant_name order by merchant_name) as names
  from recurring_streams semi join _measured_users using (user_id)
  where kind = 'subscription' and is_active and status = 'MATURE' and merchant_name is not null
  group by user_id)
select
  a.user_id, a.window_days, a.as_of,
  f.card, o.card as late_card, c.balance as checking_amount, s.names as subscriptions
from persona_assignments as a
semi join _measured_users using (user_id)
left join fullest_card as f using (user_id)
left join overdue_card as o using (user_id)
left join checking as c using (user_id)
left join subscriptions as s using (user_id)
