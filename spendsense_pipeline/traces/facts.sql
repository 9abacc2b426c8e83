-- Own numbers that sentences cite: card, balances, subscriptions, per person and window.
with
personal as (
  select * from raw_accounts where holder_category is distinct from 'business'),
fullest_card as (
  select user_id, list(
    struct_pack(mask := mask, owed := balance_current, credit_limit := balance_limit)
    order by balance_current::double / balance_limit::double desc, account_id)[1] as card
  from personal where type = 'credit' and balance_limit > 0 group by user_id),
overdue_card as (
  select l.user_id, list(
    struct_pack(mask := a.mask, due := l.next_payment_due_date)
    order by l.next_payment_due_date nulls last, l.account_id)[1] as card
  from raw_liabilities as l join personal as a using (account_id)
  where l.is_overdue group by l.user_id),
checking as (
  select user_id, sum(balance_current) as balance
  from personal where type = 'depository' and subtype = 'checking' group by user_id),
subscriptions as (
  select user_id, list(distinct merchant_name order by merchant_name) as names
  from recurring_streams where kind = 'subscription' and is_active and merchant_name is not null
  group by user_id)
select
  a.user_id, a.window_days, a.as_of,
  f.card, o.card as late_card, c.balance as checking_amount, s.names as subscriptions
from persona_assignments as a
left join fullest_card as f using (user_id)
left join overdue_card as o using (user_id)
left join checking as c using (user_id)
left join subscriptions as s using (user_id)
