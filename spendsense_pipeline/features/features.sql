-- All behaviours side by side, every digit kept: one row per person measured.
select
  person.user_id,
  cast($as_of as date) as as_of,
  cast($window_days as integer) as window_days,
  subscriptions.subscription_count,
  subscriptions.monthly_subscription_spend_usd,
  subscriptions.subscription_spend_share,
  subscriptions.recurring_bill_count,
  subscriptions.monthly_bills_usd,
  savings.savings_balance_usd,
  savings.savings_net_inflow_usd,
  savings.savings_net_inflow_monthly_usd,
  savings.savings_growth_rate,
  savings.emergency_fund_months,
  coalesce(credit.card_count, 0) as card_count,
  credit.max_utilization,
  credit.mean_utilization,
  credit.utilization_over_30,
  credit.utilization_over_50,
  credit.utilization_over_80,
  credit.interest_charged_usd,
  credit.minimum_payment_only,
  credit.is_overdue,
  income.paycheck_count,
  income.median_pay_gap_days,
  income.pay_frequency,
  income.income_monthly_usd,
  income.income_variability,
  income.benefit_income_monthly_usd,
  income.cash_flow_buffer_months,
  cash_flow.low_balance_day_share,
  cash_flow.balance_volatility,
  cash_flow.min_balance_usd,
  cash_flow.mean_balance_usd,
  spending.transaction_count,
  spending.spend_cents / 100 as total_spend_usd,
  spending.monthly_expenses_usd,
  spending.history_days,
  cast(coalesce(subscriptions.charged_cents > 0, false) as integer)
  + cast(coalesce(savings.row_count > 0, false) as integer)
  + cast(coalesce(credit.row_count > 0, false) as integer)
  + cast(coalesce(income.paycheck_count > 0, false) as integer)
  + cast(coalesce(cash_flow.row_count > 0, false) as integer) as detected_behaviours,
  spending.inferred_category_share
from _measured_users as person
join _spending as spending on spending.user_no = person.user_no
left join _subscriptions as subscriptions on subscriptions.user_no = person.user_no
left join _savings as savings on savings.user_no = person.user_no
left join _credit as credit on credit.user_no = person.user_no
left join _income as income on income.user_no = person.user_no
left join _cash_flow as cash_flow on cash_flow.user_no = person.user_no
order by person.user_id
