-- Their accounts as of each day: today's balance without what has moved since. Limits do not
-- change.
with daily as (
  select row_.account_id, row_.date, sum(row_.amount) as amount
  from now.raw_transactions as row_
  where not row_.pending and row_.user_id in (select user_id from _moments)
  group by row_.account_id, row_.date
),
moved as (
  -- Up to each day from the last one back: what an account has seen move since the day before.
  select
    account_id,
    date,
    sum(amount) over (
      partition by account_id order by date desc rows unbounded preceding
    ) as amount
  from daily
),
moment as (
  select account.account_id, moment.*
  from _moments as moment
  join now.raw_accounts as account on account.user_id = moment.user_id
),
since as (
  select moment.account_id, moment.suffix, moved.amount
  from moment
  asof join moved
    on moved.account_id = moment.account_id and moment.as_of < moved.date
)
select
  account.* replace (
    account.account_id || moment.suffix as account_id,
    account.user_id || moment.suffix as user_id,
    cast(
      account.balance_current
      + case when account.type in ('credit', 'loan') then -1 else 1 end
      * coalesce(since.amount, 0) as decimal(12, 2)
    ) as balance_current,
    cast(null as decimal(12, 2)) as balance_available,
    cast(null as date) as opened_on
  )
from now.raw_accounts as account
join _moments as moment on moment.user_id = account.user_id
left join since on since.account_id = account.account_id and since.suffix = moment.suffix
where account.opened_on is null or account.opened_on <= moment.as_of
