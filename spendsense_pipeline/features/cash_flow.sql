-- Cash flow: the primary checking account's closing balance on every day of the window.
with activity as (
  select account_no, count(*) as row_count
  from _posted
  where is_checking
  group by account_no
),
primary_accounts as (
  -- Most rows in the window; among equals the lowest account_id, which account_no is in order of.
  select
    account.user_no,
    first(account.account_no order by coalesce(activity.row_count, 0) desc, account.account_no) as account_no
  from _measured_accounts as account
  left join activity on activity.account_no = account.account_no
  where account.is_checking
  group by account.user_no
),
watched as (
  select
    primary_account.user_no,
    primary_account.account_no,
    account.balance_cents,
    cast($as_of - spending.days + 1 as date) as first_day
  from primary_accounts as primary_account
  join _measured_accounts as account on account.account_no = primary_account.account_no
  join _spending as spending on spending.user_no = primary_account.user_no
  where spending.days is not null
),
daily as (
  select watched.account_no, posted.date, cast(sum(posted.cents) as bigint) as net_cents, count(*) as row_count
  from _posted as posted
  join watched on watched.account_no = posted.account_no
  group by watched.account_no, posted.date
),
later as (
  -- Rows later than each day, run backwards from today; and the day with rows before it.
  select
    account_no,
    date,
    row_count,
    cast(sum(net_cents) over backwards as bigint) as net_since_cents,
    lead(date) over backwards as previous_date
  from daily
  window backwards as (partition by account_no order by date desc rows unbounded preceding)
),
intervals as (
  -- A balance holds from the day after one with rows to the day before the next: days, not a grid.
  select
    watched.user_no,
    watched.balance_cents + later.net_since_cents as close_cents,
    later.date - greatest(coalesce(later.previous_date, watched.first_day), watched.first_day) as days,
    later.row_count
  from later
  join watched on watched.account_no = later.account_no
  union all
  select
    watched.user_no,
    watched.balance_cents,
    $as_of - greatest(coalesce(latest.date, watched.first_day), watched.first_day) + 1 as days,
    0 as row_count
  from watched
  left join (select account_no, max(date) as date from daily group by account_no) as latest
    on latest.account_no = watched.account_no
),
sums as (
  select
    user_no,
    sum(days)::bigint as days,
    sum(close_cents::hugeint * days) as sum_cents,
    sum(close_cents::hugeint * close_cents * days) as squared_cents,
    sum(days) filter (close_cents < 10000) as low_days,
    min(close_cents) as min_cents,
    sum(row_count) as row_count
  from intervals
  where days > 0
  group by user_no
),
row_counts as (
  select user_no, cast(sum(row_count) as bigint) as row_count from intervals group by user_no
)
select
  sums.user_no,
  coalesce(sums.low_days, 0) / sums.days as low_balance_day_share,
  case when sums.days >= 2 and abs(sums.sum_cents::double) >= 100 * sums.days then
    sqrt(
      (sums.days * sums.squared_cents - sums.sum_cents * sums.sum_cents)::double
      / (sums.days::double * (sums.days - 1))
    ) / abs(sums.sum_cents::double / sums.days)
  end as balance_volatility,
  sums.min_cents / 100 as min_balance_usd,
  sums.sum_cents::double / sums.days / 100 as mean_balance_usd,
  row_counts.row_count
from sums
join row_counts on row_counts.user_no = sums.user_no
