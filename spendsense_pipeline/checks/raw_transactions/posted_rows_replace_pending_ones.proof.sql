-- Proves in one pass that every pending id is named once, by another row, and none is still pending.
select
  count(*) = count(distinct hash(row.pending_transaction_id))
  and count(*) filter (row.pending_transaction_id = row.transaction_id) = 0
  and count(waiting.transaction_id) = 0 as is_kept
from raw_transactions as row
left join (select transaction_id from _checks_suspects where pending) as waiting
  on waiting.transaction_id = row.pending_transaction_id
where row.pending_transaction_id is not null
