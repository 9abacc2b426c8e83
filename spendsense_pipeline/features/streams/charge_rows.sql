-- Charges and deposits that may repeat: rows of the last 400 days, with what would repeat.
select
  row_.account_no,
  merchant.merchant_no,
  row_.kind,
  row_.cents < 0 as is_inflow,
  row_.date,
  abs(row_.cents) as cents,
  row_.transaction_id
from _categorised_rows as row_
join _stream_merchants as merchant
  on merchant.text = coalesce(row_.merchant_entity_id, row_.merchant_name, row_.name)
where row_.date > $as_of - $longest_lookback and row_.amount <> 0 and row_.may_repeat
