-- A merchant has one category, whoever buys there (an employer's payroll aside).
select
  merchant_name,
  count(distinct category_detailed) as categories,
  string_agg(category_detailed, ', ' order by category_detailed) as category_codes
from _checks_labels
where merchant_name is not null and category_primary <> $income
group by merchant_name
having count(distinct category_detailed) > 1
