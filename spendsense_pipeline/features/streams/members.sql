-- The charges of the series just found, oldest first; older ones belong while no more than twice or
-- half as large.
with gathered as (
  select
    found.reading,
    found.piece_no,
    list_sort(list({'date': piece.date, 'transaction_id': piece.transaction_id})) as charges,
    cast(coalesce(sum(piece.cents) filter (piece.date > $as_of - 30), 0) as bigint)
      as last_30_days_cents,
    cast(coalesce(sum(piece.cents) filter (piece.date > $as_of - 180), 0) as bigint)
      as last_180_days_cents
  from _pieces as piece
  join _found as found on found.piece_no = piece.piece_no and found.reading = $reading
  where piece.date > $as_of - $lookback
    or found.frequency = 'ANNUALLY'
    or piece.cents * found.charge_count between found.cents / 2 and found.cents * 2
  group by found.reading, found.piece_no
)
select
  reading,
  piece_no,
  charges[1].date as first_date,
  charges[-1].transaction_id as last_transaction_id,
  list_transform(charges, lambda charge: charge.transaction_id) as transaction_ids,
  list_transform(charges, lambda charge: charge.date) as transaction_dates,
  last_30_days_cents,
  last_180_days_cents
from gathered
