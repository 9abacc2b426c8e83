-- Per person: who pays them and how: platforms, a payroll, a pension, two employers at once or one
-- after the other; and whether a salary ever changed.
with regular as (
  -- Employers who pay at least monthly.
  select
    user_id,
    employer_number,
    min(date) as first_date,
    max(date) as last_date,
    count(*) as paychecks,
    count(distinct cents) as amounts,
    median(cents) filter (date < $history_start + 90) as early_cents,
    median(cents) filter (date > $as_of - 90) as late_cents
  from _checks_paychecks
  where user_id <= $last_person and not is_business
  group by user_id, employer_number
  having count(*) >= 3 and (max(date) - min(date)) / (count(*) - 1) <= 45
),
pair as (
  select
    one.user_id,
    bool_or(least(one.last_date, other.last_date) - greatest(one.first_date, other.first_date) > 60)
      as has_two_at_once,
    bool_or(other.first_date > one.last_date - 30) as has_a_second
  from regular as one
  join regular as other
    on other.user_id = one.user_id and other.employer_number <> one.employer_number
  group by one.user_id
),
employed as (
  select
    user_id,
    -- A salary is paid in few different amounts; wages by the hour always change.
    count(*) filter (
      last_date - first_date > 330 and amounts <= paychecks / 4 and early_cents is not null
    ) as salaries,
    count(*) filter (
      last_date - first_date > 330 and amounts <= paychecks / 4 and early_cents <> late_cents
    ) as changed_salaries
  from regular
  group by user_id
),
platform_month as (
  select row.user_id, date_trunc('month', row.date) as month, -sum(row.amount) as usd
  from raw_transactions as row
  where row.user_id <= $last_person
    and not row.pending
    and row.category_detailed = $platform_pay
    and row.amount < 0
    and row.date < date_trunc('month', $as_of + 1)
  group by row.user_id, date_trunc('month', row.date)
),
platform as (
  select user_id, median(usd)::double as platform_month_usd
  from platform_month
  group by user_id
),
income as (
  select
    row.user_id,
    count(*) filter (row.category_detailed = $platform_pay) as payouts,
    count(*) filter (row.category_detailed = $platform_pay and row.amount < -4000) as large_payouts,
    bool_or(row.category_detailed = $pension) as has_pension,
    bool_or(row.category_detailed = $salary) as has_payroll
  from raw_transactions as row
  where row.user_id <= $last_person and not row.pending and row.amount < 0
  group by row.user_id
),
monthly_income as (
  select row.user_id, date_trunc('month', row.date) as month, -sum(row.amount)::double as usd
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where row.user_id <= $last_person
    and not row.pending
    and row.category_primary = $income
    and account.type = 'depository'
    and not account.is_business
    and row.date >= date_trunc('month', $history_start + 27)
    and row.date < date_trunc('month', $as_of + 1)
  group by row.user_id, date_trunc('month', row.date)
),
variation as (
  select
    user_id,
    case when count(*) >= 5 then stddev_samp(usd) / nullif(avg(usd), 0) end as income_variation
  from monthly_income
  group by user_id
)
select
  who.user_id,
  who.age,
  who.household_type,
  coalesce(income.payouts, 0) as payouts,
  coalesce(income.large_payouts, 0) as large_payouts,
  platform.platform_month_usd,
  coalesce(income.has_pension, false) as has_pension,
  coalesce(income.has_payroll, false) as has_payroll,
  employed.user_id is not null as is_paid_regularly,
  coalesce(pair.has_two_at_once, false) as has_two_at_once,
  coalesce(pair.has_a_second, false) as has_a_second,
  coalesce(employed.salaries, 0) as salaries,
  coalesce(employed.changed_salaries, 0) as changed_salaries,
  variation.income_variation
from raw_users as who
left join income on income.user_id = who.user_id
left join platform on platform.user_id = who.user_id
left join employed on employed.user_id = who.user_id
left join pair on pair.user_id = who.user_id
left join variation on variation.user_id = who.user_id
where who.user_id <= $last_person
order by who.user_id
