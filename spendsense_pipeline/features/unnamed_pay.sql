-- Deposits that nothing names from payers who pay as employers do: regularly, and enough to live on
-- in part.
with unnamed as (
  select inflow.user_no, inflow.account_no, inflow.date, inflow.cents, payer.payer_no
  from _inflows as inflow
  join _payers as payer on payer.payer_text = inflow.payer_text
  where not inflow.is_paycheck and not inflow.is_benefit
),
own_outflows as (
  select user_no, account_no, date, cents
  from _measured_rows
  where amount > 0 and is_depository and user_no in (select user_no from unnamed)
),
candidates as (
  -- What left another account of the same person was theirs before.
  select user_no, account_no, date, cents, payer_no
  from unnamed
  anti join own_outflows
    on own_outflows.user_no = unnamed.user_no
    and own_outflows.cents = -unnamed.cents
    and own_outflows.account_no <> unnamed.account_no
    and abs(own_outflows.date - unnamed.date) <= $same_payday_days
),
deposits as (
  -- Together with those of the same payer that are known to be pay.
  select user_no, payer_no, date, cents
  from candidates
  union all
  select inflow.user_no, payer.payer_no, inflow.date, inflow.cents
  from _inflows as inflow
  join _payers as payer on payer.payer_text = inflow.payer_text
  semi join candidates
    on candidates.user_no = inflow.user_no and candidates.payer_no = payer.payer_no
  where inflow.is_paycheck
),
days as (
  select
    user_no,
    payer_no,
    date,
    -sum(cents)::bigint as cents,
    coalesce(
      date - lag(date) over (partition by user_no, payer_no order by date) > $same_payday_days, true
    ) as is_payday
  from deposits
  group by user_no, payer_no, date
),
numbered as (
  select
    user_no,
    payer_no,
    date,
    cents,
    count(*) filter (is_payday) over (partition by user_no, payer_no order by date) as place
  from days
),
paydays as (
  select user_no, payer_no, place, min(date) as date, sum(cents)::bigint as cents
  from numbered
  group by user_no, payer_no, place
),
paid as (
  select
    user_no,
    payer_no,
    place,
    cents,
    date - lag(date) over (partition by user_no, payer_no order by place) as gap_days
  from paydays
),
usual as (
  select user_no, payer_no, median(gap_days) as gap_days, median(cents) as cents
  from paid
  group by user_no, payer_no
  having count(*) >= $least_unnamed_paydays
),
cadences as (
  select unnest($least_pay_gaps) as least_days, unnest($most_pay_gaps) as most_days
),
employers as (
  select usual.user_no, usual.payer_no, any_value(usual.cents) as usual_cents
  from usual
  join cadences on usual.gap_days between cadences.least_days and cadences.most_days
  join paid on paid.user_no = usual.user_no and paid.payer_no = usual.payer_no
  where usual.cents * $month_days / usual.gap_days >= 100 * $least_monthly_pay_usd
  group by usual.user_no, usual.payer_no
  -- Three in four keep the cadence and the size: a holiday, a skipped week, a bonus are ordinary.
  having
    count(*) filter (paid.gap_days between usual.gap_days * 0.7 and usual.gap_days * 1.3)
    >= count(paid.gap_days) * 0.75
    and count(*) filter (paid.cents between usual.cents * 0.5 and usual.cents * 1.5)
    >= count(*) * 0.75
)
select candidate.user_no, candidate.account_no, candidate.date, candidate.cents, candidate.payer_no
from candidates as candidate
join employers as employer
  on employer.user_no = candidate.user_no and employer.payer_no = candidate.payer_no
join numbered as day
  on day.user_no = candidate.user_no
  and day.payer_no = candidate.payer_no
  and day.date = candidate.date
join paid
  on paid.user_no = day.user_no and paid.payer_no = day.payer_no and paid.place = day.place
-- Small change from the same name is something else.
where paid.cents >= employer.usual_cents * 0.5
