-- The pending rows: few, so they are found by one column and only then fetched.
with pending_row as (
  select rowid as row_number from raw_transactions where pending
)
select
  row.transaction_id,
  row.account_id,
  row.date,
  row.authorized_date,
  row.amount,
  row.pending_transaction_id
from pending_row
join raw_transactions as row on row.rowid = pending_row.row_number
