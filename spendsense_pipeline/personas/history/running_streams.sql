-- Subscriptions and bills that ran on each day.
select
  account.user_no,
  series.kind,
  series.monthly_amount,
  series.last_30_days_amount,
  series.last_180_days_amount
from _series as series
join _measured_accounts as account on account.account_no = series.account_no
where series.is_active and series.status = 'MATURE' and series.kind in ('subscription', 'bill')
