-- Money moved to or from savings and every card payment carries the transfer_id that joins its two
-- legs.
select transaction_id, account_id, date, amount, category_detailed
from raw_transactions
where transfer_id is null
  and category_detailed in (select unnest($own_transfers))
