-- Overall: rows, spend, expenses per month and how much history there is to look at.
with history as (
  select
    person.user_no,
    coalesce(
      cast($history_start as date),
      (
        select min(first_row.date) from _first_rows as first_row
        where first_row.user_no = person.user_no
      )
    ) as starts_on
  from _measured_users as person
),
spans as (
  select
    user_no,
    cast($as_of - starts_on + 1 as integer) as history_days,
    -- (least() would pass over a null.)
    case
      when starts_on is not null then cast(least($window_days, $as_of - starts_on + 1) as integer)
    end
      as days
  from history
),
holders as (
  select distinct user_no from _measured_accounts
),
flows as (
  select
    user_no,
    count(*) as transaction_count,
    cast(sum(spend_cents) as bigint) as spend_cents,
    count(*) filter (is_uncategorised) as uncategorised_count
  from _window_rows
  group by user_no
)
select
  span.user_no,
  span.history_days,
  span.days,
  coalesce(flows.transaction_count, 0) as transaction_count,
  -- Nothing spent by somebody we can see is 0; nobody to see is null.
  case
    when holders.user_no is not null and span.days is not null then coalesce(flows.spend_cents, 0)
  end
    as spend_cents,
  case
    when holders.user_no is not null then
      coalesce(flows.spend_cents, 0) / 100 * $month_days / span.days
  end
    as monthly_expenses_usd,
  flows.uncategorised_count / flows.transaction_count as inferred_category_share
from spans as span
left join holders on holders.user_no = span.user_no
left join flows on flows.user_no = span.user_no
