-- The charges and deposits with the number of their group: one word to group and join by.
select groups.group_no, row_.date, row_.cents, row_.transaction_id
from _charge_rows as row_
join _charge_groups as groups
  on groups.account_no = row_.account_no
  and groups.merchant_no = row_.merchant_no
  and groups.kind = row_.kind
  and groups.is_inflow = row_.is_inflow
