-- Per person with a persona: how they buy, pay bills and pay each other, by what has nothing to do
-- with any persona's definition.
with bought as (
  select
    *,
    posted_on - date as lag_days,
    account_type = 'depository' and payment_channel = 'in store' as is_debit_in_store
  from _checks_everyday_purchases
  where spending_category <> 'cash'
),
bought_by as (
  select
    user_id,
    avg((lag_days >= 2)::integer) filter (is_debit_in_store) as late_share,
    avg(lag_days) filter (is_debit_in_store) as debit_lag_days,
    avg(lag_days) as lag_days,
    avg((isodow(date) = 1)::integer) as monday_share,
    avg((isodow(date) = 3)::integer) as wednesday_share,
    avg((isodow(date) >= 6)::integer) as weekend_share,
    avg((isodow(posted_on) >= 6)::integer) as weekend_posting_share,
    avg((cents % 100 = 0)::integer) as whole_dollar_share,
    avg((cents % 100 = 99)::integer) as ninety_nine_share,
    avg((cents % 10 = 0)::integer) as whole_dime_share,
    avg((cents < 100)::integer) as under_dollar_share,
    avg(cents % 100) as cents_left,
    count(distinct merchant_name) / count(*) as variety,
    avg((payment_channel = 'online')::integer) as online_share,
    avg((city is not null)::integer) as city_share,
    avg((spending_category = 'coffee')::integer) as coffee_share
  from bought
  group by user_id
),
usual_place as (
  select user_id, max(visits) / sum(visits) as usual_place_share
  from (
    select user_id, merchant_name, count(*) as visits from bought
    group by user_id, merchant_name
  )
  group by user_id
),
bills_on as (
  select user_id, date, count(distinct merchant_name) as billers
  from raw_transactions
  where not pending
    and amount > 0
    and (
      category_primary = $utilities
      or category_detailed = $insurance
      or list_contains($loan_payments, category_detailed)
    )
  group by user_id, date
),
billed_by as (
  select user_id, count(*) filter (billers >= 3) / count(*) as crowded_bill_share from bills_on
  group by user_id
),
moved_by as (
  select
    user_id,
    -- What comes in may be a partner's help, which some live on.
    count(*) filter (amount > 0 and list_contains($payment_apps, category_detailed))
    / nullif(count(*) filter (amount > 0 and transfer_id is null), 0) as sent_share,
    coalesce(
      sum(amount) filter (amount > 0 and list_contains($payment_apps, category_detailed))
      / nullif(sum(amount) filter (amount > 0 and transfer_id is null), 0),
      0
    )::double as sent_dollar_share,
    count(*) filter (
      amount < 0 and merchant_name is not null and not list_contains($not_refunds, category_primary)
    ) > 0 as has_refund,
    count(*) filter (category_detailed = $cash_withdrawal) > 0 as has_withdrawal,
    count(*) filter (category_detailed = $cash_withdrawal) / count(*) as withdrawal_share
  from raw_transactions
  where not pending
    and account_id not in (
      select account_id from raw_accounts
      where type = 'loan'
    )
  group by user_id
)
select
  assignment.user_id,
  assignment.primary_persona as persona,
  bought_by.* exclude (user_id),
  usual_place.* exclude (user_id),
  billed_by.* exclude (user_id),
  moved_by.* exclude (user_id)
from persona_assignments as assignment
join bought_by on bought_by.user_id = assignment.user_id
join usual_place on usual_place.user_id = assignment.user_id
left join billed_by on billed_by.user_id = assignment.user_id
join moved_by on moved_by.user_id = assignment.user_id
where assignment.window_days = $longest_window
order by assignment.user_id
