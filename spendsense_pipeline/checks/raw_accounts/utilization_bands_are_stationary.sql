-- A card that carries a balance stays in its utilisation band (below 30 %, 30-50, 50-80, from 80)
-- on all but 2 % of its nights, give or take 2 points; one that is paid in full swings below 50 %.
with habit as (
  -- Unknown before a statement has been due.
  select account_number, bool_and(paid_by_due_cents >= last_balance_cents) as is_paid_in_full
  from _checks_cycles
  group by account_number
),
bound as (
  select
    card.account_number,
    card.account_id,
    card.limit_cents,
    if(habit.is_paid_in_full, 'paid in full', card.band) as band,
    case
      when coalesce(habit.is_paid_in_full, card.band in ('low', 'medium')) then 0
      when card.band = 'medium' then $medium_from - 0.02
      when card.band = 'high' then $high_from - 0.02
      when card.band = 'critical' then $critical_from - 0.02
      else 0
    end as low,
    case
      when coalesce(habit.is_paid_in_full, card.band in ('low', 'medium')) then $high_from + 0.02
      when card.band = 'low' then $medium_from + 0.02
      when card.band = 'medium' then $high_from + 0.02
      when card.band = 'high' then $critical_from + 0.02
    end as high
  from _checks_cards as card
  left join habit on habit.account_number = card.account_number
),
night as (
  select
    bound.account_number,
    greatest(closing.closing_cents, 0) / bound.limit_cents as utilization,
    least(closing.next_date, $as_of + 1) - closing.date as nights
  from bound
  join _checks_closings as closing on closing.account_number = bound.account_number
)
select
  bound.account_id,
  bound.band,
  min(night.utilization) as least_utilization,
  max(night.utilization) as most_utilization,
  sum(night.nights) filter (night.utilization < bound.low or night.utilization > bound.high)
    as nights_outside
from bound
join night on night.account_number = bound.account_number
group by all
having nights_outside > 0.02 * sum(night.nights)
