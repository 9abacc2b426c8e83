-- Values of single rows that a rationale may cite, and which rows these are: one row per person.
with cards as (
  select
    account.user_id,
    account.account_id,
    'card' || coalesce(' ending in ' || account.mask, '') as name,
    account.balance_current,
    account.balance_limit,
    liability.apr_percentage,
    liability.minimum_payment_amount,
    liability.is_overdue
  from raw_accounts as account
  join _advice_people as person on person.user_id = account.user_id
  left join raw_liabilities as liability on liability.account_id = account.account_id
  where account.type = 'credit' and account.holder_category is distinct from 'business'
),
fullest as (
  select
    user_id,
    first(
      {
        id: account_id,
        name: name,
        balance: balance_current,
        credit_limit: balance_limit,
        apr: apr_percentage,
        minimum: minimum_payment_amount
      }
      order by balance_current / balance_limit desc, account_id
    ) as card
  from cards
  where balance_limit > 0 and balance_current is not null
  group by user_id
),
late as (
  select
    user_id,
    first({id: account_id, name: name, minimum: minimum_payment_amount} order by account_id) as card
  from cards
  where is_overdue
  group by user_id
),
subscriptions as (
  select
    stream.user_id,
    first(
      {id: stream.stream_id, name: stream.merchant_name, monthly: stream.monthly_amount}
      order by stream.monthly_amount desc, stream.stream_id
    ) as dearest,
    list(distinct stream.merchant_name order by stream.merchant_name) as names,
    list(stream.stream_id order by stream.stream_id) as ids
  from recurring_streams as stream
  join _advice_people as person on person.user_id = stream.user_id
  where stream.kind = 'subscription' and stream.is_active and stream.status = 'MATURE'
    and stream.merchant_name is not null
  group by stream.user_id
),
loans as (
  select
    loan.user_id,
    loan.kind,
    first(
      {
        id: loan.account_id,
        payment: loan.next_monthly_payment_usd,
        rate: loan.interest_rate_percentage
      }
      order by loan.next_monthly_payment_usd desc nulls last, loan.account_id
    ) as largest
  from raw_loans as loan
  join _advice_people as person on person.user_id = loan.user_id
  where loan.next_monthly_payment_usd > 0
  group by loan.user_id, loan.kind
)
select
  person.user_id,
  fullest.card.id as card_id,
  fullest.card.name as card_name,
  round(cast(fullest.card.balance as double) / fullest.card.credit_limit, 4) as card_utilization,
  cast(fullest.card.balance as double) as card_balance_usd,
  cast(fullest.card.credit_limit as double) as card_limit_usd,
  cast(fullest.card.apr as double) as card_apr_percentage,
  cast(fullest.card.minimum as double) as card_minimum_payment_usd,
  late.card.id as overdue_card_id,
  late.card.name as overdue_card_name,
  cast(late.card.minimum as double) as overdue_card_minimum_payment_usd,
  subscriptions.dearest.id as dearest_subscription_id,
  subscriptions.dearest.name as dearest_subscription_name,
  round(cast(subscriptions.dearest.monthly as double), 2) as dearest_subscription_monthly_usd,
  array_to_string(subscriptions.ids, ' ') as subscription_ids,
  case
    when len(subscriptions.names) > 3
    then
      array_to_string(subscriptions.names[:3], ', ')
      || ' and ' || (len(subscriptions.names) - 3) || ' more'
    when len(subscriptions.names) > 1
    then array_to_string(subscriptions.names[:-2], ', ') || ' and ' || subscriptions.names[-1]
    else subscriptions.names[1]
  end as subscription_names,
  student.largest.id as student_loan_id,
  cast(student.largest.payment as double) as student_loan_payment_usd,
  cast(student.largest.rate as double) as student_loan_rate_percentage,
  mortgage.largest.id as mortgage_id,
  cast(mortgage.largest.payment as double) as mortgage_payment_usd
from _advice_people as person
left join fullest on fullest.user_id = person.user_id
left join late on late.user_id = person.user_id
left join subscriptions on subscriptions.user_id = person.user_id
left join loans as student on student.user_id = person.user_id and student.kind = 'student'
left join loans as mortgage on mortgage.user_id = person.user_id and mortgage.kind = 'mortgage'
