-- The charges of the series just found; older ones belong while no more than twice or half as large.
select
  found.reading,
  found.piece_no,
  piece.group_no,
  piece.is_inflow,
  piece.date,
  piece.cents,
  piece.transaction_id
from _pieces as piece
join _found as found on found.piece_no = piece.piece_no and found.reading = $reading
where piece.date > $as_of - $lookback
  or found.frequency = 'ANNUALLY'
  or piece.cents * found.charge_count between found.recent_cents / 2 and found.recent_cents * 2
