-- The outline of every piece: how many charges, since when, how large; all of them and the recent ones.
select
  piece_no,
  max(group_no) as group_no,
  count(*) as all_count,
  min(date) as first_date,
  max(date) as last_date,
  cast(sum(cents) as bigint) as all_cents,
  min(cents) as least_cents_of_all,
  max(cents) as most_cents_of_all,
  count(*) filter (date > $as_of - $lookback) as recent_count,
  min(date) filter (date > $as_of - $lookback) as first_recent,
  cast(sum(cents) filter (date > $as_of - $lookback) as bigint) as recent_cents,
  min(cents) filter (date > $as_of - $lookback) as least_cents,
  max(cents) filter (date > $as_of - $lookback) as most_cents
from _pieces
group by piece_no
