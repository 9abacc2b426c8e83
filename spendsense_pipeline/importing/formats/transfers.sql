-- Rows that name another account of the holder's, with the leg that answers on that account.
with
named as (
  select
    occurrences.transaction_id,
    occurrences.account_id,
    other.account_id as other_id,
    own.pays as own_pays,
    other.pays as other_pays,
    occurrences.date,
    try_cast(occurrences.amount as decimal(18, 2)) as amount
  from occurrences
  inner join own_account as own on occurrences.account_id = own.account_id
  inner join own_name
    on
    own.user_id = own_name.user_id
    and own_name.account_id <> own.account_id
    and own_name.name = lower(regexp_replace(trim(occurrences._other), '\s+', ' ', 'g'))
  inner join own_account as other on own_name.account_id = other.account_id
  where not occurrences._opening
),

legs as (
  select
    named.*,
    least(account_id, other_id) as one_id,
    greatest(account_id, other_id) as two_id,
    row_number() over (
      partition by account_id, other_id, date, amount
      order by transaction_id
    ) as turn
  from named
  where amount is not null
)

select
  leg.transaction_id,
  case
    when leg.amount > 0 and leg.own_pays is null and leg.other_pays is not null
    then leg.other_pays
    when leg.amount < 0 and leg.other_pays is null and leg.own_pays is not null
    then leg.own_pays
    when leg.amount > 0 then $transfer_out
    else $transfer_in
  end as category,
  case
    when answer.transaction_id is not null
    then left(
        sha256(
          concat_ws(
            chr(31), leg.one_id, leg.two_id, leg.date, abs(leg.amount),
            (leg.amount > 0) = (leg.account_id = leg.one_id), leg.turn
          )
        ), 16
      )
  end as transfer_id
from legs as leg
left join legs as answer
  on
  leg.account_id = answer.other_id
  and leg.other_id = answer.account_id
  and leg.date = answer.date
  and leg.amount = -answer.amount
  and leg.turn = answer.turn
