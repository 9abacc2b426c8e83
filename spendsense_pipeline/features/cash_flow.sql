-- Cash flow: the primary checking account's closing balance on every day of the window.
with daily as (
  select account_no, date, cast(sum(cents) as bigint) as net_cents, count(*) as row_count
  from _window_rows
  where is_checking
  group by account_no, date
),
activity as (
  select account_no, sum(row_count) as row_count, max(date) as last_date
  from daily
  group by account_no
),
ranked as (
  select
    account.user_no,
    account.account_no,
    account.balance_cents,
    coalesce(activity.row_count, 0) as row_count,
    activity.last_date,
    cast($as_of - spending.days + 1 as date) as first_day,
    -- Most rows in the window; among equals the lowest account_id, which account_no is in order of.
    row_number() over (
      partition by account.user_no order by coalesce(activity.row_count, 0) desc, account.account_no
    ) as place
  from _measured_accounts as account
  join _spending as spending on spending.user_no = account.user_no
  left join activity on activity.account_no = account.account_no
  where account.is_checking and spending.days is not null
),
watched as (
  select user_no, account_no, balance_cents, row_count, last_date, first_day
  from ranked
  where place = 1
),
later as (
  -- What was posted on each day and later, run backwards from today; and the day with rows before
  -- it.
  select
    account_no,
    date,
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
    later.date
    - greatest(coalesce(later.previous_date, watched.first_day), watched.first_day) as days
  from later
  join watched on watched.account_no = later.account_no
  union all
  select
    user_no,
    balance_cents,
    $as_of - greatest(coalesce(last_date, first_day), first_day) + 1 as days
  from watched
),
sums as (
  select
    user_no,
    sum(days)::bigint as days,
    sum(close_cents::hugeint * days) as sum_cents,
    sum(close_cents::hugeint * close_cents * days) as squared_cents,
    sum(days) filter (close_cents < 100 * $low_balance_usd) as low_days,
    min(close_cents) as min_cents
  from intervals
  where days > 0
  group by user_no
)
select
  sums.user_no,
  -- (Nothing is said of an account whose balance nobody knows; its rows still count.)
  case when sums.min_cents is not null then coalesce(sums.low_days, 0) / sums.days end
    as low_balance_day_share,
  case when sums.days >= 2 and abs(sums.sum_cents::double) >= 100 * $least_base_usd * sums.days then
      sqrt(
        (sums.days * sums.squared_cents - sums.sum_cents * sums.sum_cents)::double
        / (sums.days::double * (sums.days - 1))
      ) / abs(sums.sum_cents::double / sums.days)
  end as balance_volatility,
  sums.min_cents / 100 as min_balance_usd,
  sums.sum_cents::double / sums.days / 100 as mean_balance_usd,
  watched.row_count
from sums
join watched on watched.user_no = sums.user_no
