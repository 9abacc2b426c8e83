-- Every combination of merchant and category that occurs, how often, and one row that shows it.
select
  merchant_name,
  category_primary,
  category_detailed,
  count(*) as occurrences,
  min(transaction_id) as example_transaction_id
from raw_transactions
group by merchant_name, category_primary, category_detailed
