-- Subscriptions and bills: streams that run at as_of, per month, and their share of the window's
-- spend.
with running as (
  select
    *,
    case $window_days
      when 30 then last_30_days_amount when 180 then last_180_days_amount
    end
      as window_amount
  from _running_streams
),
streams as (
  select
    user_no,
    count(*) filter (kind = 'subscription') as subscription_count,
    -- Ordered, so that the same streams add up to the same last digit on any number of threads,
    -- whatever they are called.
    sum(monthly_amount order by monthly_amount) filter (kind = 'subscription') as subscription_usd,
    count(*) filter (kind = 'bill') as bill_count,
    sum(monthly_amount order by monthly_amount) filter (kind = 'bill') as bills_usd,
    cast(sum(window_amount * 100) filter (kind = 'subscription') as bigint) as charged_cents
  from running
  group by user_no
)
select
  spending.user_no,
  case when spending.spend_cents is not null then coalesce(streams.subscription_count, 0) end
    as subscription_count,
  case when spending.spend_cents is not null then coalesce(streams.subscription_usd, 0) end
    as monthly_subscription_spend_usd,
  case
    when spending.spend_cents > 0 then coalesce(streams.charged_cents, 0) / spending.spend_cents
  end
    as subscription_spend_share,
  case when spending.spend_cents is not null then coalesce(streams.bill_count, 0) end
    as recurring_bill_count,
  case when spending.spend_cents is not null then coalesce(streams.bills_usd, 0) end
    as monthly_bills_usd,
  coalesce(streams.charged_cents, 0) as charged_cents
from _spending as spending
left join streams on streams.user_no = spending.user_no
