-- Dollars by the groups of the Consumer Expenditure Survey; insurance goes where the survey puts it.
select
  case
    when row.category_primary = 'RENT_AND_UTILITIES'
      or row.category_primary = 'HOME_IMPROVEMENT'
      or row.category_detailed in (
        'LOAN_PAYMENTS_MORTGAGE_PAYMENT', 'GENERAL_SERVICES_CHILDCARE', 'GENERAL_SERVICES_STORAGE'
      )
      or (
        row.category_detailed = 'GENERAL_SERVICES_INSURANCE'
        and regexp_matches(row.merchant_name, 'Home|Renters|Shelter|Lemonade')
      ) then 'housing'
    when row.category_primary = 'TRANSPORTATION'
      or row.category_detailed in ('LOAN_PAYMENTS_CAR_PAYMENT', 'GENERAL_SERVICES_AUTOMOTIVE')
      or (
        row.category_detailed = 'GENERAL_SERVICES_INSURANCE'
        and not regexp_matches(
          row.merchant_name,
          'Health|Blue Cross|Kaiser|Molina|Life|Northwestern|Primerica|Home|Renters|Shelter|Lemonade'
        )
      ) then 'transport'
    when row.category_primary = 'FOOD_AND_DRINK'
      and row.category_detailed <> 'FOOD_AND_DRINK_BEER_WINE_AND_LIQUOR' then 'food'
    when row.category_primary = 'MEDICAL'
      or (
        row.category_detailed = 'GENERAL_SERVICES_INSURANCE'
        and regexp_matches(row.merchant_name, 'Health|Blue Cross|Kaiser|Molina')
      ) then 'health'
    when row.category_primary = 'ENTERTAINMENT' then 'entertainment'
    when row.category_detailed = 'GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES' then 'clothing'
    else 'everything else'
  end as expenditure_group,
  sum(row.amount)::double as usd
from raw_transactions as row
join raw_accounts as account on account.account_id = row.account_id
where row.user_id <= $last_person
  and not row.pending
  and account.holder_category is distinct from 'business'
  and row.category_primary not in (
    'INCOME', 'TRANSFER_IN', 'TRANSFER_OUT', 'LOAN_DISBURSEMENTS', 'BANK_FEES'
  )
  and row.category_detailed <> 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT'
group by expenditure_group
