-- Everyday purchases of personal accounts: spending that is neither a bill, a loan, a fee, a transfer
-- nor a subscription, with the spending category an operator knows it by. Refunds are left out.
select
  purchase.transaction_id,
  purchase.user_id,
  purchase.merchant_name,
  coalesce(purchase.authorized_date, purchase.date) as date,
  purchase.date as posted_on,
  purchase.payment_channel,
  account.type as account_type,
  purchase.category_primary,
  purchase.category_detailed,
  cast(purchase.amount * 100 as bigint) as cents,
  case
    when purchase.category_detailed = 'FOOD_AND_DRINK_GROCERIES' then 'groceries'
    when purchase.category_detailed = 'FOOD_AND_DRINK_COFFEE' then 'coffee'
    when purchase.category_primary = 'FOOD_AND_DRINK' then 'restaurants'
    when purchase.category_detailed = 'TRANSPORTATION_GAS' then 'fuel'
    when purchase.category_primary = 'TRANSPORTATION'
      or purchase.category_detailed = 'GENERAL_SERVICES_AUTOMOTIVE' then 'transport'
    when purchase.category_detailed = 'GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES' then 'clothing'
    when purchase.category_detailed in (
      'GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS', 'GENERAL_MERCHANDISE_SPORTING_GOODS'
    ) then 'entertainment'
    when purchase.category_primary in ('GENERAL_MERCHANDISE', 'GOVERNMENT_AND_NON_PROFIT')
      or purchase.category_detailed in (
        'ENTERTAINMENT_VIDEO_GAMES',
        'MEDICAL_VETERINARY_SERVICES',
        'GENERAL_SERVICES_POSTAGE_AND_SHIPPING'
      ) then 'merchandise'
    when purchase.category_primary = 'HOME_IMPROVEMENT' then 'home'
    when purchase.category_primary = 'MEDICAL' then 'health'
    when purchase.category_primary = 'ENTERTAINMENT' then 'entertainment'
    when purchase.category_primary = 'PERSONAL_CARE' then 'personal_care'
    when purchase.category_primary = 'TRAVEL' then 'travel'
    when purchase.category_detailed = 'TRANSFER_OUT_WITHDRAWAL' then 'cash'
    else 'other'
  end as spending_category
from raw_transactions as purchase
join raw_accounts as account on account.account_id = purchase.account_id
where purchase.user_id <= $last_person
  and not purchase.pending
  and purchase.amount > 0
  and account.holder_category is distinct from 'business'
  and purchase.transfer_id is null
  and (
    purchase.category_primary not in (
      'INCOME', 'TRANSFER_IN', 'TRANSFER_OUT', 'LOAN_PAYMENTS', 'LOAN_DISBURSEMENTS',
      'RENT_AND_UTILITIES', 'BANK_FEES'
    )
    or purchase.category_detailed = 'TRANSFER_OUT_WITHDRAWAL'
  )
  and purchase.category_detailed not in (
    'GENERAL_SERVICES_INSURANCE', 'GENERAL_SERVICES_CHILDCARE', 'GENERAL_SERVICES_EDUCATION',
    'GOVERNMENT_AND_NON_PROFIT_TAX_PAYMENT'
  )
  and not exists (
    select 1
    from _checks_subscription_series as series
    where series.account_id = purchase.account_id
      and series.merchant_name = purchase.merchant_name
  )
