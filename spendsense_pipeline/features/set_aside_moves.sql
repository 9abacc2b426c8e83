-- Savings rows whose other leg stands on the person's own HSA or certificate of deposit: money that
-- was put aside before, or goes on being.
with sides as (
  select account.account_no, account.is_savings
  from _measured_accounts as account
  where (account.is_savings or account.is_set_aside)
    and account.user_no in (
      select holder.user_no from _measured_accounts as holder
      where holder.is_set_aside
    )
),
legs as (
  select
    row_.user_no,
    row_.account_no,
    side.is_savings,
    row_.transaction_id,
    row_.transfer_id,
    row_.date,
    row_.cents,
    -- Alike on one day: the first belongs to the first, the second to the second.
    row_number() over (
      partition by row_.user_no, side.is_savings, row_.cents, row_.date
      order by row_.transaction_id
    ) as copy_no
  from _categorised_rows as row_
  join sides as side on side.account_no = row_.account_no
  where row_.kind in ('transfer', 'unknown')
),
pairs as (
  select
    saved.user_no,
    saved.account_no,
    saved.transaction_id,
    saved.date,
    saved.cents,
    row_number() over (
      partition by set_aside.transaction_id
      order by
        coalesce(saved.transfer_id = set_aside.transfer_id, false) desc,
        abs(saved.date - set_aside.date),
        saved.transaction_id
    ) as place
  from legs as saved
  join legs as set_aside
    on set_aside.user_no = saved.user_no
    and set_aside.cents = -saved.cents
    and set_aside.copy_no = saved.copy_no
  where saved.is_savings
    and not set_aside.is_savings
    and abs(saved.date - set_aside.date) <= $own_transfer_days
    and coalesce(saved.transfer_id = set_aside.transfer_id, true)
)
select distinct user_no, account_no, transaction_id, date, cents
from pairs
where place = 1
