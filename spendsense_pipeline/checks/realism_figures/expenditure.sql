-- Dollars by the groups of the Consumer Expenditure Survey; insurance goes where the survey puts
-- it.
with grouped as (
  select unnest($expenditure_codes) as code, unnest($expenditure_groups) as expenditure_group
)
select
  case
    when row.category_detailed = $insurance then
      case
        when regexp_matches(row.merchant_name, 'Home|Renters|Shelter|Lemonade') then 'housing'
        when regexp_matches(row.merchant_name, 'Health|Blue Cross|Kaiser|Molina') then 'health'
        when not regexp_matches(row.merchant_name, 'Life|Northwestern|Primerica') then 'transport'
        else 'everything else'
      end
    else coalesce(
        by_detailed.expenditure_group, by_primary.expenditure_group, 'everything else'
      )
  end as expenditure_group,
  sum(row.amount)::double as usd
from raw_transactions as row
join raw_accounts as account on account.account_id = row.account_id
left join grouped as by_detailed on by_detailed.code = row.category_detailed
left join grouped as by_primary on by_primary.code = row.category_primary
where row.user_id <= $last_person
  and not row.pending
  and account.holder_category is distinct from 'business'
  and account.type <> 'loan'
  and not list_contains($not_surveyed, row.category_primary)
  and row.category_detailed <> $card_payment
group by all
