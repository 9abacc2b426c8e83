-- How many subscriptions were found, are true, and should have been found, per person and merchant.
-- A history can show a stream from three charges in the 130 days to as_of (annual: two in 400
-- days); a stream that was cancelled before as_of need not be found, but is no false alarm either.
with charge as (
  select
    account_id,
    merchant_name,
    count(*) filter (date > $as_of - 130) as charges_in_130_days,
    count(*) as charges_in_400_days
  from raw_transactions
  where merchant_name in (
      select merchant_name from stream_truth
      where kind = 'subscription'
    )
    and amount > 0
    and not pending
    and date > $as_of - 400
  group by account_id, merchant_name
),
subscription as (
  select
    stream.user_id,
    stream.merchant_name,
    stream.cadence,
    stream.ended_on,
    coalesce(charge.charges_in_130_days, 0) as charges_in_130_days,
    coalesce(charge.charges_in_400_days, 0) as charges_in_400_days
  from stream_truth as stream
  semi join (
    select user_id from raw_users
    where consent_status = 'granted'
  ) as person
    on person.user_id = stream.user_id
  left join charge
    on charge.account_id = stream.account_id and charge.merchant_name = stream.merchant_name
  where stream.kind = 'subscription'
),
truth as (
  select
    user_id,
    merchant_name,
    count(*) as true_streams,
    count(*) filter (
      (ended_on is null or ended_on > $as_of)
      and case cadence
        when 'annual' then charges_in_400_days >= 2
        else charges_in_130_days >= 3
      end
    ) as shown_streams
  from subscription
  group by user_id, merchant_name
),
found as (
  select user_id, merchant_name, count(*) as found_streams
  from recurring_streams
  where kind = 'subscription' and is_active and status = 'MATURE'
  group by user_id, merchant_name
)
select
  user_id,
  merchant_name,
  coalesce(truth.true_streams, 0) as true_streams,
  coalesce(truth.shown_streams, 0) as shown_streams,
  coalesce(found.found_streams, 0) as found_streams
from truth
full join found using (user_id, merchant_name)
