-- What was known of each card then, from its statements and payments. Without statements nobody
-- knows: a bank reports today's terms only, which stand for today.
--
-- A card is overdue when minimums are unpaid beyond those not yet due. A statement adds its minimum
-- to what is asked for, a payment takes from it but never below nothing: that reflected sum is the
-- running total less its lowest point so far.
with cards as (
  select
    account.account_id || moment.suffix as account_id,
    account.account_id as now_id,
    moment.suffix,
    moment.as_of,
    moment.shift_days,
    moment.is_today
  from now.raw_accounts as account
  join _moments as moment on moment.user_id = account.user_id
  where account.type = 'credit'
),
payment as (
  select card.account_id, row_.date, cast(row_.amount * 100 as bigint) as cents, card.shift_days
  from now.raw_transactions as row_
  join cards as card on card.now_id = row_.account_id and row_.date <= card.as_of
  where not row_.pending and row_.amount < 0 and row_.category_detailed = $card_payment
),
statement as (
  select
    card.account_id,
    issued.issued_on,
    issued.due_on,
    issued.statement_balance as balance,
    issued.minimum_payment_amount as minimum,
    cast(issued.minimum_payment_amount * 100 as bigint) as cents,
    issued.due_on > card.as_of as is_not_yet_due,
    card.shift_days
  from now.card_statements as issued
  join cards as card on card.now_id = issued.account_id and issued.issued_on <= card.as_of
),
event as (
  -- A payment on the day of issue belongs to the statement before.
  select account_id, date, 0 as turn, cents from payment
  union all
  select account_id, issued_on, 1, cents from statement
),
total as (
  select
    account_id,
    date,
    turn,
    sum(cents) over (partition by account_id order by date, turn) as cents
  from event
),
asked as (
  select account_id, arg_max(cents, (date, turn)) - least(min(cents), 0) as cents
  from total
  group by account_id
),
latest as (
  select
    account_id,
    coalesce(sum(cents) filter (is_not_yet_due), 0) as not_yet_due_cents,
    max(issued_on) + any_value(shift_days) as issued_on,
    arg_max(due_on, issued_on) + any_value(shift_days) as due_on,
    arg_max(balance, issued_on) as balance,
    arg_max(minimum, issued_on) as minimum
  from statement
  group by account_id
),
paid as (
  select
    account_id,
    max(date) + any_value(shift_days) as date,
    arg_max(-cents, date) as cents
  from payment
  group by account_id
)
select
  liability.* replace (
    card.account_id as account_id,
    account.user_id || card.suffix as user_id
  )
from cards as card
join now.raw_accounts as account on account.account_id = card.now_id
join now.raw_liabilities as liability on liability.account_id = card.now_id
-- Today is as the bank reports it.
where card.is_today
union all
select
  card.account_id,
  account.user_id || card.suffix as user_id,
  liability.apr_percentage,
  liability.apr_type,
  latest.minimum as minimum_payment_amount,
  cast(paid.cents / 100 as decimal(12, 2)) as last_payment_amount,
  paid.date as last_payment_date,
  latest.balance as last_statement_balance,
  latest.issued_on as last_statement_issue_date,
  latest.due_on as next_payment_due_date,
  case
    when latest.account_id is not null or $is_generated then
      coalesce(asked.cents, 0) > coalesce(latest.not_yet_due_cents, 0)
  end as is_overdue
from cards as card
join now.raw_accounts as account on account.account_id = card.now_id
join now.raw_liabilities as liability on liability.account_id = card.now_id
left join asked on asked.account_id = card.account_id
left join latest on latest.account_id = card.account_id
left join paid on paid.account_id = card.account_id
where not card.is_today
