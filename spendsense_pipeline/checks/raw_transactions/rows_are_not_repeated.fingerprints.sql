-- Every scheduled row by what two copies of one would share. When all differ, none is stored twice.
select hash(account_id, date, amount, name, transfer_id) as fingerprint
from raw_transactions
where (
  category_primary in (select unnest($scheduled_primaries))
  and category_detailed <> $cash_withdrawal
)
or category_detailed in ($card_interest, $late_fee)
