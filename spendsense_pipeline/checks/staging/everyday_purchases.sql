-- Everyday purchases of personal accounts: spending that is neither a bill, a loan, a fee, a
-- transfer nor a subscription, with the spending category an operator knows it by. Refunds are left
-- out.
with spending as (
  select unnest($spending_codes) as code, unnest($spending_categories) as spending_category
)
select
  purchase.user_id,
  purchase.account_id,
  purchase.merchant_name,
  purchase.category_detailed,
  purchase.payment_channel,
  purchase.city,
  purchase.state,
  coalesce(purchase.authorized_date, purchase.date) as date,
  purchase.date as posted_on,
  account.type as account_type,
  cast(purchase.amount * 100 as bigint) as cents,
  coalesce(by_detailed.spending_category, by_primary.spending_category, 'other')
    as spending_category
from raw_transactions as purchase
join raw_accounts as account on account.account_id = purchase.account_id
left join spending as by_detailed on by_detailed.code = purchase.category_detailed
left join spending as by_primary on by_primary.code = purchase.category_primary
where purchase.user_id <= $last_person
  and not purchase.pending
  and purchase.amount > 0
  and account.holder_category is distinct from 'business'
  and purchase.transfer_id is null
  and (
    not list_contains($not_everyday, purchase.category_primary)
    or purchase.category_detailed = $cash_withdrawal
  )
  and not list_contains($not_everyday_codes, purchase.category_detailed)
  and not exists (
    select 1
    from _checks_subscription_series as series
    where series.account_id = purchase.account_id
      and series.merchant_name = purchase.merchant_name
  )
