-- Income: how often pay arrives, how much, what benefits add, and how long checking would last.
with paydays as (
  select
    payday.user_no,
    payday.date,
    payday.date - lag(payday.date) over (partition by payday.user_no order by payday.date)
      as gap_days
  from _paydays as payday
  join _main_payers as main_payer
    on main_payer.user_no = payday.user_no and main_payer.payer_no = payday.payer_no
  group by payday.user_no, payday.date
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
  -- Everybody's, and of them the main earner's.
  select
    paycheck.user_no,
    count(*) as paycheck_count,
    -sum(paycheck.cents)::hugeint as pay_cents,
    count(main_payer.payer_no) as main_count,
    -sum(paycheck.cents) filter (main_payer.payer_no is not null)::hugeint as main_cents,
    sum(paycheck.cents::hugeint * paycheck.cents) filter (main_payer.payer_no is not null)
      as squared_cents
  from _paychecks as paycheck
  left join _main_payers as main_payer
    on main_payer.user_no = paycheck.user_no and main_payer.payer_no = paycheck.payer_no
  where paycheck.date > $as_of - $window_days
  group by paycheck.user_no
),
benefits as (
  select user_no, -sum(cents)::bigint as benefit_cents
  from _inflows
  where is_benefit and date > $as_of - $window_days
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
  case when pay.main_count >= 2 then
      sqrt(
        (pay.main_count * pay.squared_cents - pay.main_cents * pay.main_cents)::double
        / (pay.main_count::double * (pay.main_count - 1))
      ) / (pay.main_cents::double / pay.main_count)
  end as income_variability,
  case
    when earners.has_depository_account then
      coalesce(benefits.benefit_cents, 0)::double / 100 * $month_days / spending.days
  end
    as benefit_income_monthly_usd,
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
left join benefits on benefits.user_no = person.user_no
left join checking on checking.user_no = person.user_no
