-- What would repeat: one account's charges by one merchant, of one kind and in one direction.
select
  -- In order of account: of several groups, the greatest number is the last account's.
  row_number() over (order by account_no, merchant_no, kind, is_inflow) as group_no,
  account_no,
  merchant_no,
  kind,
  is_inflow
from _charge_rows
group by account_no, merchant_no, kind, is_inflow
