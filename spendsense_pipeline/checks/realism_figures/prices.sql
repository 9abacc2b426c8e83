-- What each streaming service charges at the end: a row per service and price.
select distinct series.merchant_name, cast(series.monthly_usd as varchar) as price
from _checks_subscription_series as series
where series.is_active
  and exists (
    select 1 from raw_transactions as charge
    where charge.account_id = series.account_id
      and charge.merchant_name = series.merchant_name
      and list_contains($streaming, charge.category_detailed)
  )
order by all
