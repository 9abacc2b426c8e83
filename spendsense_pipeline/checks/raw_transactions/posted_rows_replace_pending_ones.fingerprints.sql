-- Every id a row bears or names as its pending one. When all differ, each row has an id of its own,
-- every pending id is named once, and none of them is still the id of a row.
select hash(transaction_id) as fingerprint
from raw_transactions
union all
select hash(pending_transaction_id)
from raw_transactions
where pending_transaction_id is not null
