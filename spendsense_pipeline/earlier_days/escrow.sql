-- What the servicer of each mortgage had paid out of escrow by the day, and what lay in it. It pays
-- at a month's end, twice a year, everything but a cushion of two months; today's total tells when
-- the last time was: the month's end that leaves the cushion nearest to that.
with loan as (
  select
    loan.account_id,
    loan.escrow_opening_usd as opening_usd,
    loan.escrow_paid_out_usd as paid_out_usd,
    moment.as_of
  from now.raw_loans as loan
  cross join _moments as moment
  where loan.escrow_opening_usd is not null
),
collected as (
  select row_.account_id, row_.date, sum(row_.amount) as usd
  from now.raw_transactions as row_
  where not row_.pending and row_.amount > 0 and row_.category_detailed <> $card_interest
  group by row_.account_id, row_.date
),
month_end as (
  select cast(last_day(cast(month.first_day as date)) as date) as date
  from generate_series(
      date_trunc('month', cast($history_start as date)), cast($last_day as date), interval 1 month
    ) as month (first_day)
  where last_day(cast(month.first_day as date)) <= $last_day
),
left_over as (
  select
    loan.account_id,
    month_end.date,
    loan.opening_usd
    + coalesce(sum(collected.usd) filter (collected.date <= month_end.date), 0)
    - loan.paid_out_usd as cushion_usd,
    2 * arg_min(collected.usd, collected.date) as usual_cushion_usd
  from loan
  cross join month_end
  left join collected on collected.account_id = loan.account_id
  where loan.paid_out_usd > 0
  group by loan.account_id, month_end.date, loan.opening_usd, loan.paid_out_usd
),
latest as (
  select
    account_id,
    arg_min(date, abs(cushion_usd - usual_cushion_usd)) as date,
    arg_min(cushion_usd, abs(cushion_usd - usual_cushion_usd)) as cushion_usd
  from left_over
  group by account_id
),
payout as (
  select loan.account_id, max(month_end.date) as date
  from loan
  join latest on latest.account_id = loan.account_id
  join month_end
    on month_end.date <= loan.as_of
    and date_diff('month', month_end.date, latest.date) % 6 = 0
  group by loan.account_id
),
held as (
  select
    loan.account_id,
    loan.opening_usd,
    coalesce(sum(collected.usd) filter (collected.date <= loan.as_of), 0) as collected_usd,
    if(
      payout.date is null,
      0,
      loan.opening_usd
      + coalesce(sum(collected.usd) filter (collected.date <= payout.date), 0)
      - latest.cushion_usd
    ) as paid_out_usd
  from loan
  left join collected on collected.account_id = loan.account_id
  left join latest on latest.account_id = loan.account_id
  left join payout on payout.account_id = loan.account_id
  group by loan.account_id, loan.opening_usd, loan.as_of, payout.date, latest.cushion_usd
)
select
  account_id,
  cast(paid_out_usd as decimal(12, 2)) as paid_out_usd,
  cast(opening_usd + collected_usd - paid_out_usd as decimal(12, 2)) as balance_usd
from held
