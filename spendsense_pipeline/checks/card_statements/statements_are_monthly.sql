-- Every card has a statement each month on its own day (the month's last where it is shorter), due
-- 21 to 25 days later, none missing up to as_of.
with cycle as (
  select
    *,
    max(day(issued_on)) over (partition by account_id) as account_day
  from _checks_cycles
)
select
  card.account_id,
  cycle.statement_id,
  cycle.last_issued_on,
  cycle.issued_on,
  cycle.due_on,
  case
    when cycle.statement_id is null then 'no statement'
    when cycle.due_on - cycle.issued_on not between 21 and 25 then 'due date'
    when cycle.issued_on > $as_of then 'issued after as_of'
    when day(cycle.issued_on) <> least(cycle.account_day, day(last_day(cycle.issued_on)))
    then 'not on its day'
    when datediff('month', cycle.last_issued_on, cycle.issued_on) > 1 then
      'statement missing before'
    when cycle.last_issued_on is null and cycle.issued_on > $history_start + 31
    then 'statement missing before'
    else 'statement missing after'
  end as broken
from raw_accounts as card
left join cycle on cycle.account_id = card.account_id
where card.type = 'credit'
  and (
    (cycle.statement_id is null and $history_start + 31 <= $as_of)
    or cycle.due_on - cycle.issued_on not between 21 and 25
    or cycle.issued_on > $as_of
    or day(cycle.issued_on) <> least(cycle.account_day, day(last_day(cycle.issued_on)))
    or datediff('month', cycle.last_issued_on, cycle.issued_on) > 1
    or (cycle.last_issued_on is null and cycle.issued_on > $history_start + 31)
    -- the next issue date, one month on, clamped as the account's day asks
    or (
      cycle.is_latest
      and date_trunc('month', cycle.issued_on) + interval 1 month
      + to_days(
        cast(
          least(
            cycle.account_day,
            day(last_day(cast(date_trunc('month', cycle.issued_on) + interval 1 month as date)))
          ) - 1 as integer
        )
      ) <= $as_of
    )
  )
