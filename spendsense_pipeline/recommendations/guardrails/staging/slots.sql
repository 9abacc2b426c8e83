-- Every row that a rationale may name to a person, with what it says there. Where two rows are
-- alike in what makes them the one meant (the fullest card, the dearest subscription), either is.
with used as (
  select
    *,
    case when credit_limit > 0 then round(balance / credit_limit, 4) end as used_share,
    if(mask is null, 'card', concat('card ending in ', mask)) as card_name
  from _guard_accounts
  where type = 'credit'
),
fullest as (
  select *
  from used
  qualify used_share = max(used_share) over (partition by user_id)
),
running as (
  select stream.*, round(stream.monthly_amount, 2) as monthly
  from recurring_streams as stream
  semi join recommendations as advised on advised.user_id = stream.user_id
  where stream.kind = 'subscription'
    and stream.status = 'MATURE'
    and stream.is_active
    and stream.merchant_name is not null
),
named as (
  select
    user_id,
    string_agg(stream_id, ' ' order by stream_id) as id,
    list_sort(list_distinct(list(merchant_name))) as merchants
  from running
  group by user_id
),
owed as (
  select loan.*
  from raw_loans as loan
  semi join recommendations as advised on advised.user_id = loan.user_id
  where loan.next_monthly_payment_usd > 0
  qualify
    loan.next_monthly_payment_usd
    = max(loan.next_monthly_payment_usd) over (partition by loan.user_id, loan.kind)
)
select user_id, account_id as id, 'card_name' as slot, card_name as words, null::double as amount
from fullest
union all
select user_id, account_id, 'card_utilization', null, used_share from fullest
union all
select user_id, account_id, 'card_balance_usd', null, balance from fullest
union all
select user_id, account_id, 'card_limit_usd', null, credit_limit from fullest
union all
select user_id, account_id, 'card_apr_percentage', null, apr from fullest
union all
select user_id, account_id, 'card_minimum_payment_usd', null, minimum from fullest
union all
select user_id, account_id, 'overdue_card_name', card_name, null from used
where is_overdue
union all
select user_id, account_id, 'overdue_card_minimum_payment_usd', null, minimum
from used
where is_overdue
union all
select
  user_id, stream_id, unnest(['dearest_subscription_name', 'dearest_subscription_monthly_usd']),
  unnest([merchant_name, null]), unnest([null, monthly])
from (select * from running qualify monthly = max(monthly) over (partition by user_id))
union all
select
  user_id, id, 'subscription_names',
  case len(merchants)
    when 1 then merchants[1]
    when 2 then concat(merchants[1], ' and ', merchants[2])
    when 3 then concat(merchants[1], ', ', merchants[2], ' and ', merchants[3])
    else
      concat_ws(', ', merchants[1], merchants[2], merchants[3])
      || format(' and {} more', len(merchants) - 3)
  end,
  null
from named
union all
select
  user_id, account_id, concat(kind, '_payment_usd'), null,
  cast(next_monthly_payment_usd as double)
from owed
where kind = 'mortgage'
union all
select
  user_id, account_id,
  unnest(['student_loan_payment_usd', 'student_loan_rate_percentage']), null,
  unnest([cast(next_monthly_payment_usd as double), cast(interest_rate_percentage as double)])
from owed
where kind = 'student'
