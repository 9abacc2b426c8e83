-- Every combination of merchant and category that occurs, and how often.
select merchant_name, category_primary, category_detailed, count(*) as occurrences
from raw_transactions
group by merchant_name, category_primary, category_detailed
