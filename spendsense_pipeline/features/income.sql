-- Income: how often pay arrives, how much, and how long checking would last.
with paydays as (
  select
    user_no,
    date,
    date - lag(date) over (partition by user_no order by date) as gap_days
  from _paychecks
  group by user_no, date
),
gaps as (
  select
    user_no,
    median(gap_days) filter (date > $as_of - $window_days) as median_gap_days,
    arg_max(gap_days, date) filter (gap_days is not null) as last_gap_days,
    $as_of - max(date) as open_gap_days
  from paydays
  group by user_no
),
usual as (
  select
    user_no,
    last_gap_days,
    coalesce(median_gap_days, greatest(open_gap_days, last_gap_days)) as gap_days
  from gaps
),
cadences as (
  -- (Usual gaps are whole or half days, so none lies in two of them.)
  select
    unnest($pay_frequencies) as pay_frequency,
    unnest($least_pay_gaps) as least_days,
    unnest($most_pay_gaps) as most_days
),
pay as (
  select
    user_no,
    count(*) as paycheck_count,
    -sum(cents)::hugeint as pay_cents,
    sum(cents::hugeint * cents) as squared_cents
  from _paychecks
  where date > $as_of - $window_days
  group by user_no
),
checking as (
  -- One unknown balance leaves the sum unknown.
  select
    user_no,
    case when count(*) = count(balance_cents) then cast(sum(balance_cents) as bigint) end
      as balance_cents
  from _measured_accounts
  where is_checking
  group by user_no
),
earners as (
  select user_no, bool_or(is_depository) as has_depository_account
  from _measured_accounts
  group by user_no
)
select
  person.user_no,
  case
    when earners.has_depository_account and spending.days is not null then
      coalesce(pay.paycheck_count, 0)
  end
    as paycheck_count,
  usual.gap_days::double as median_pay_gap_days,
  case when usual.last_gap_days is not null then coalesce(cadence.pay_frequency, 'irregular') end
    as pay_frequency,
  case
    when earners.has_depository_account then
      coalesce(pay.pay_cents, 0)::double / 100 * $month_days / spending.days
  end
    as income_monthly_usd,
  -- From whole cents: n·Σx² − (Σx)² is exact, so the order of rows cannot show.
  case when pay.paycheck_count >= 2 then
      sqrt(
        (pay.paycheck_count * pay.squared_cents - pay.pay_cents * pay.pay_cents)::double
        / (pay.paycheck_count::double * (pay.paycheck_count - 1))
      ) / (pay.pay_cents::double / pay.paycheck_count)
  end as income_variability,
  case when spending.monthly_expenses_usd > 0 then
      checking.balance_cents / 100 / spending.monthly_expenses_usd
  end as cash_flow_buffer_months
from _measured_users as person
join _spending as spending on spending.user_no = person.user_no
left join earners on earners.user_no = person.user_no
left join usual on usual.user_no = person.user_no
left join cadences as cadence
  on usual.gap_days between cadence.least_days and cadence.most_days
left join pay on pay.user_no = person.user_no
left join checking on checking.user_no = person.user_no
