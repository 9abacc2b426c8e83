-- Bank fees and interest that were taken for bills that run: a row per such stream.
select user_id, stream_id
from recurring_streams
where user_id <= $last_person and is_active and kind = 'bill' and category_primary = $bank_fees
order by all
