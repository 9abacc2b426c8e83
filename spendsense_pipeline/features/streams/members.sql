-- The charges of the series just found, oldest first; older ones belong while no more than twice or
-- half as large.
select
  found.reading,
  found.piece_no,
  list(
    {'date': piece.date, 'transaction_id': piece.transaction_id, 'cents': piece.cents, 'group_no': piece.group_no}
    order by piece.date, piece.transaction_id
  ) as charges
from _pieces as piece
join _found as found on found.piece_no = piece.piece_no and found.reading = $reading
where piece.date > $as_of - $lookback
  or found.frequency = 'ANNUALLY'
  or piece.cents * found.charge_count between found.cents / 2 and found.cents * 2
group by found.reading, found.piece_no
