-- Subscriptions and bills: streams that run at as_of, per month, and their share of the window's spend.
with running as (
  select
    person.user_no,
    stream.stream_id,
    stream.kind,
    stream.monthly_amount,
    stream.transaction_dates,
    stream.transaction_amounts
  from recurring_streams as stream
  join _measured_users as person on person.user_id = stream.user_id
  where stream.is_active and stream.status = 'MATURE' and stream.kind in ('subscription', 'bill')
),
streams as (
  select
    user_no,
    count(*) filter (kind = 'subscription') as subscription_count,
    -- Ordered, so that the same streams add up to the same last digit on any number of threads.
    sum(monthly_amount order by stream_id) filter (kind = 'subscription') as subscription_usd,
    count(*) filter (kind = 'bill') as bill_count,
    sum(monthly_amount order by stream_id) filter (kind = 'bill') as bills_usd
  from running
  group by user_no
),
charges as (
  select
    user_no,
    unnest(transaction_dates) as date,
    cast(unnest(transaction_amounts) * 100 as bigint) as cents
  from running
  where kind = 'subscription'
),
charged as (
  select user_no, cast(sum(cents) as bigint) as charged_cents, count(*) as charge_count
  from charges
  where date > $as_of - $window_days
  group by user_no
)
select
  spending.user_no,
  case when spending.spend_cents is not null then coalesce(streams.subscription_count, 0) end
    as subscription_count,
  case when spending.spend_cents is not null then coalesce(streams.subscription_usd, 0) end
    as monthly_subscription_spend_usd,
  case when spending.spend_cents > 0 then coalesce(charged.charged_cents, 0) / spending.spend_cents end
    as subscription_spend_share,
  case when spending.spend_cents is not null then coalesce(streams.bill_count, 0) end
    as recurring_bill_count,
  case when spending.spend_cents is not null then coalesce(streams.bills_usd, 0) end as monthly_bills_usd,
  coalesce(charged.charge_count, 0) as charge_count
from _spending as spending
left join streams on streams.user_no = spending.user_no
left join charged on charged.user_no = spending.user_no
