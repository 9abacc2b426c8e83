-- Per person: the main earner's paydays, the usual gap between them in days, and how much paychecks
-- vary. Payers side by side for longer than two months, or for most of the time one of them has
-- paid, are two earners, others one after another one; the main earner has the most pay in 180
-- days.
with payday as (
  select user_id, employer_number, date, sum(cents) as cents
  from _checks_paychecks
  where not is_business
  group by user_id, employer_number, date
),
payer_gap as (
  select
    *,
    date - lag(date) over (partition by user_id, employer_number order by date) as days
  from payday
),
payer as (
  select
    user_id,
    employer_number,
    -- Who pays rarer than monthly is a client, and clients take turns: they count as one.
    case when coalesce(median(days) <= 45, true) then employer_number else 0 end as line,
    min(date) as first_date,
    max(date) as last_date,
    coalesce(sum(cents) filter (date > $as_of - 180), 0) as recent_cents
  from payer_gap
  group by user_id, employer_number
),
line as (
  select
    user_id,
    line,
    min(first_date) as first_date,
    max(last_date) as last_date,
    sum(recent_cents) as recent_cents
  from payer
  group by user_id, line
),
-- Every line with those of the same earner, itself among them.
beside as (
  select one.user_id, one.line, other.line as same_earner, other.recent_cents
  from line as one
  join line as other
    on other.user_id = one.user_id
    and (
      other.line = one.line
      or least(one.last_date, other.last_date) < greatest(one.first_date, other.first_date)
      or least(one.last_date, other.last_date) - greatest(one.first_date, other.first_date)
      < least(60, (one.last_date - one.first_date) / 2, (other.last_date - other.first_date) / 2)
    )
),
main_line as (
  select user_id, arg_max(line, (recent_cents, line)) as line
  from (
    select user_id, line, sum(recent_cents) as recent_cents from beside
    group by user_id, line
  )
  group by user_id
),
main_payday as (
  select payday.user_id, payday.date, sum(payday.cents) / 100 as pay_usd
  from payday
  join payer
    on payer.user_id = payday.user_id and payer.employer_number = payday.employer_number
  join main_line on main_line.user_id = payer.user_id
  join beside
    on beside.user_id = main_line.user_id
    and beside.line = main_line.line
    and beside.same_earner = payer.line
  group by payday.user_id, payday.date
),
gap as (
  select *, date - lag(date) over (partition by user_id order by date) as days
  from main_payday
),
person as (
  select
    user_id,
    median(days) as usual_gap_days,
    stddev_samp(pay_usd) / nullif(avg(pay_usd), 0) as variability
  from gap
  group by user_id
)
select
  *,
  case
    when usual_gap_days < 10 then 'weekly'
    when usual_gap_days < 14.6 then 'biweekly'
    when usual_gap_days < 22 then 'semimonthly'
    when usual_gap_days <= 45 then 'monthly'
    -- a single payday in a history is a gap too
    else 'irregular'
  end as cadence
from person
