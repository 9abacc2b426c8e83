-- How many subscriptions were found, are true, and should have been found, per person and merchant.
-- A history can show a stream from three charges in the 130 days to as_of (annual: two in 400 days);
-- a stream that was cancelled before as_of need not be found, but is no false alarm either.
with charge as (
  select
    truth.user_id,
    truth.merchant_name,
    truth.stream_key,
    truth.cadence,
    truth.ended_on,
    count(row.date) filter (row.date > $as_of - 130) as charges_in_130_days,
    count(row.date) filter (row.date > $as_of - 400) as charges_in_400_days
  from stream_truth as truth
  join raw_users as person on person.user_id = truth.user_id
  left join raw_transactions as row
    on row.account_id = truth.account_id
    and row.merchant_name = truth.merchant_name
    and row.amount > 0
    and not row.pending
    and row.date > $as_of - 400
  where truth.kind = 'subscription' and person.consent_status = 'granted'
  group by all
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
  from charge
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
