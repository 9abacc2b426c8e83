-- No payment, paycheck, bill or transfer is stored twice under two ids.
with scheduled as (
  select
    account_id, date, authorized_date, amount, name, merchant_name, category_detailed, pending,
    transfer_id
  from raw_transactions
  where (
    category_primary in (select unnest($scheduled_primaries))
    -- cash is fetched like a purchase is made, twice a day now and then
    and category_detailed <> $cash_withdrawal
  )
  or category_detailed in ($card_interest, $late_fee)
),
-- equal rows have equal fingerprints; the few with equal ones are then compared in full
suspect as (
  select hash(account_id, date, amount, name, transfer_id) as fingerprint
  from scheduled
  group by fingerprint
  having count(*) > 1
)
select
  scheduled.account_id,
  scheduled.date,
  scheduled.amount,
  scheduled.name,
  scheduled.category_detailed,
  count(*) as copies
from scheduled
semi join suspect
  on suspect.fingerprint
  = hash(
    scheduled.account_id, scheduled.date, scheduled.amount, scheduled.name, scheduled.transfer_id
  )
group by
  scheduled.account_id, scheduled.date, scheduled.authorized_date, scheduled.amount,
  scheduled.name, scheduled.merchant_name, scheduled.category_detailed, scheduled.pending,
  scheduled.transfer_id
having count(*) > 1
