-- What each account of a consenting person held or owed at the end of each day, run backwards from
-- its current balance; where an import does not know that, forwards from its opening balance.
with account as (
  select
    account.account_id,
    cast(account.balance_current * 100 as bigint) as current_cents,
    cast(account.opening_balance * 100 as bigint) as opening_cents,
    account.opened_on,
    case when list_contains($owed_types, account.type) then 1 else -1 end as sign
  from raw_accounts as account
  join raw_users as person on person.user_id = account.user_id
  where person.consent_status = 'granted'
    and list_contains($booked_types, account.type)
    and (account.balance_current is not null or account.opening_balance is not null)
),
change as (
  select
    row_.account_id,
    row_.date,
    cast(sum(account.sign * cast(row_.amount * 100 as bigint)) as bigint) as cents
  from raw_transactions as row_
  join account on account.account_id = row_.account_id
  where not row_.pending
    and row_.date <= $as_of
    -- (Older rows say where a history begins, or what an unknown balance has come to.)
    and (
      row_.date >= $first_day or $history_start is null or account.current_cents is null
    )
  group by row_.account_id, row_.date
),
total as (
  select account_id, min(date) as first_date, cast(sum(cents) as bigint) as cents
  from change
  group by account_id
),
span as (
  select
    account.account_id,
    coalesce(account.current_cents, account.opening_cents + coalesce(total.cents, 0))
      as last_cents,
    case
      when $history_start is null
      then greatest($first_day, coalesce(total.first_date, $as_of))
      when account.opened_on is null then greatest($first_day, $history_start)
      else greatest($first_day, $history_start, least(account.opened_on, total.first_date))
    end as first_day
  from account
  left join total on total.account_id = account.account_id
),
later as (
  select
    account_id,
    date,
    cast(sum(cents) over backwards as bigint) as cents_since,
    lead(date) over backwards as previous_date
  from change
  window backwards as (partition by account_id order by date desc rows unbounded preceding)
),
stretch as (
  -- A balance holds from the day of one change to the day before the next.
  select
    span.account_id,
    span.last_cents - later.cents_since as cents,
    greatest(coalesce(later.previous_date, span.first_day), span.first_day) as first_day,
    cast(later.date - 1 as date) as last_day
  from later
  join span on span.account_id = later.account_id
  union all
  select
    span.account_id,
    span.last_cents,
    greatest(coalesce(max(later.date), span.first_day), span.first_day),
    $as_of
  from span
  left join later on later.account_id = span.account_id
  group by span.account_id, span.last_cents, span.first_day
),
day as (
  select
    account_id,
    cents,
    unnest(generate_series(first_day, last_day, interval 1 day))::date as date
  from stretch
  where first_day <= last_day
)
select account_id, date, cast(cents / 100 as decimal(12, 2)) as balance_usd
from day
order by account_id, date
