-- Their accounts as of each month's end: today's balance without what has moved since. Limits do
-- not change.
with moved as (
  -- Months are whole: nothing of a month that has begun lies before its predecessor's end.
  select account_id, date_trunc('month', date) as month, sum(amount) as amount
  from now.raw_transactions
  where not pending
  group by account_id, month
),
since as (
  select moved.account_id, moment.suffix, sum(moved.amount) as amount
  from moved
  join _moments as moment on moved.month > moment.as_of
  group by moved.account_id, moment.suffix
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
join now.raw_users as person on person.user_id = account.user_id
cross join _moments as moment
left join since on since.account_id = account.account_id and since.suffix = moment.suffix
where person.consent_status = 'granted'
  and (account.opened_on is null or account.opened_on <= moment.as_of)
