-- The balance after an account's newest posted row up to $as_of. Exports run either way; which way
-- is told by the balances themselves, then by the dates. Of exports that end on one day, that with
-- more rows of it is the later.
with
stated as (
  select
    account_id,
    _file,
    _line,
    try_cast(date as date) as posted_on,
    try_cast(amount as decimal(18, 2)) as amount,
    try_cast(
      regexp_replace(
        regexp_replace(_balance, '[$,\s]', '', 'g'), '^\((.*)\)$', '-\1'
      ) as decimal(18, 2)
    ) as balance
  from arrived
  where _balance is not null and pending is distinct from 'true'
),

stepped as (
  select
    stated.*,
    balance + amount = lag(balance) over by_line as follows_above,
    balance + amount = lead(balance) over by_line as follows_below,
    count(*) over (partition by account_id, _file, posted_on) as rows_of_day,
    first(posted_on) over by_export as first_on,
    last(posted_on) over by_export as last_on
  from stated
  where balance is not null and posted_on <= $as_of
  window
    by_line as (partition by account_id, _file order by _line),
    by_export as (
      partition by account_id, _file
      order by _line
      rows between unbounded preceding and unbounded following
    )
),

directed as (
  select
    stepped.*,
    count(*) filter (where follows_above) over export as rising,
    count(*) filter (where follows_below) over export as falling
  from stepped
  window export as (partition by account_id, _file)
)

select
  account_id,
  arg_max(
    balance,
    (
      posted_on,
      rows_of_day,
      case
        when rising > falling or (rising = falling and first_on < last_on) then _line else -_line
      end
    )
  )::varchar as balance
from directed
group by account_id
