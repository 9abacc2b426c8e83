-- Savings: what is held, what was put in, and how fast that grows it.
with balances as (
  -- One unknown balance leaves the sum unknown.
  select
    user_no,
    case when count(*) = count(balance_cents) then cast(sum(balance_cents) as bigint) end
      as balance_cents
  from _measured_accounts
  where is_savings
  group by user_no
),
flows as (
  select
    user_no,
    cast(sum(cents) as bigint) as net_out_cents,
    -- Interest is left out: an idle account at 4 % would otherwise count as saving.
    cast(coalesce(-sum(cents) filter (not is_savings_interest), 0) as bigint) as net_inflow_cents,
    count(*) as row_count
  from _window_rows
  where is_savings
  group by user_no
),
moves as (
  select user_no, cast(-sum(cents) as bigint) as moved_cents
  from _set_aside_moves
  where date > $as_of - $window_days
  group by user_no
),
measured as (
  select
    balance.user_no,
    balance.balance_cents,
    -- Money to or from one's own HSA or certificate of deposit is no saving either.
    coalesce(flows.net_inflow_cents, 0) - coalesce(moves.moved_cents, 0) as net_inflow_cents,
    -- Run backwards from today; without rows before the window this is the opening balance.
    balance.balance_cents + coalesce(flows.net_out_cents, 0) as start_cents,
    coalesce(flows.row_count, 0) as row_count
  from balances as balance
  left join flows on flows.user_no = balance.user_no
  left join moves on moves.user_no = balance.user_no
)
select
  measured.user_no,
  measured.balance_cents / 100 as savings_balance_usd,
  measured.net_inflow_cents / 100 as savings_net_inflow_usd,
  measured.net_inflow_cents / 100 * $month_days / spending.days as savings_net_inflow_monthly_usd,
  case
    when measured.start_cents >= 100 * $least_base_usd then
      measured.net_inflow_cents / measured.start_cents
  end
    as savings_growth_rate,
  case
    when spending.monthly_expenses_usd > 0
    then measured.balance_cents / 100 / spending.monthly_expenses_usd
  end as emergency_fund_months,
  measured.row_count
from measured
join _spending as spending on spending.user_no = measured.user_no
