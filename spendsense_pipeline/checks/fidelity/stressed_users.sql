-- People whose checking account closes low on a fifth or more of the days of the longest window.
with low_stretch as (
  select
    account_number,
    greatest(
      0, least(next_date, $as_of + 1) - greatest(date, $as_of + 1 - $longest_window, $history_start)
    ) as days
  from _checks_closings
  where closing_cents < 100 * $low_balance_usd
),
low_days as (
  select account_number, sum(days) as days from low_stretch
  group by account_number
),
person as (
  select
    account.user_id,
    sum(coalesce(low_days.days, 0))
    / sum($as_of + 1 - greatest($as_of + 1 - $longest_window, $history_start)) as low_share
  from _checks_accounts as account
  left join low_days on low_days.account_number = account.account_number
  where account.subtype = 'checking'
    and not account.is_business
    and account.user_id in (select user_id from _checks_undisturbed)
  group by account.user_id
)
select
  'cash_flow_stress_rate' as control,
  count(*) filter (low_share >= $often_low_share) / nullif(count(*), 0) as value,
  count(*) as units
from person
