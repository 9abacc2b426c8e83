-- Their accounts as of each day: today's balance without what has moved since. Limits do not
-- change.
with daily as (
  select row_.account_no, row_.date, cast(sum(row_.cents) as bigint) as cents
  from _posted_rows as row_
  where row_.user_id in (select user_id from _moments)
  group by row_.account_no, row_.date
),
moved as (
  -- Up to each day from the last one back: what an account has seen move since the day before.
  select
    account_no,
    date,
    sum(cents) over (
      partition by account_no order by date desc rows unbounded preceding
    ) as cents
  from daily
),
copied as (
  select
    account.* replace (copy.user_no as user_no, copy.user_id as user_id),
    account.account_no as now_account_no,
    account.account_id as now_account_id,
    copy.suffix,
    copy.as_of,
    copy.shift_days
  from _measured_accounts as account
  join past._measured_users as copy on copy.now_user_no = account.user_no
),
since as (
  select copied.now_account_no, copied.suffix, moved.cents
  from copied
  asof join moved
    on moved.account_no = copied.now_account_no and copied.as_of < moved.date
)
select
  copied.* replace (
    -- In order of account_id, as among the accounts measured.
    cast(row_number() over (order by copied.account_no, copied.suffix) as integer) as account_no,
    copied.account_id || copied.suffix as account_id,
    cast(
      copied.balance_cents + if(copied.is_depository, 1, -1) * coalesce(since.cents, 0) as bigint
    ) as balance_cents
  )
from copied
join now.raw_accounts as account on account.account_id = copied.now_account_id
left join since
  on since.now_account_no = copied.now_account_no and since.suffix = copied.suffix
where account.opened_on is null or account.opened_on <= copied.as_of
