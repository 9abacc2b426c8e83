-- Every category is a pair of primary and detailed codes in Plaid's taxonomy.
select label.merchant_name, label.category_primary, label.category_detailed, label.occurrences
from _checks_labels as label
left join _checks_taxonomy as known
  on known.category_primary = label.category_primary
  and known.category_detailed = label.category_detailed
where known.category_detailed is null
