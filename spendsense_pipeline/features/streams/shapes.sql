-- The outline of every piece: its recent charges, how many, since when, how large; or two, a year
-- apart.
with recent as (
  select
    piece_no,
    group_no,
    count(*) as recent_count,
    min(date) as first_recent,
    max(date) as last_date,
    cast(sum(cents) as bigint) as recent_cents,
    min(cents) as least_cents,
    max(cents) as most_cents
  from _pieces
  where date > $as_of - $lookback
  group by piece_no, group_no
),
yearly as (
  -- Only pieces that old are looked at a second time: in a short history there are none.
  select
    piece_no,
    cast(sum(cents) as bigint) as yearly_cents,
    min(cents) as least_yearly_cents,
    max(cents) as most_yearly_cents
  from _pieces
  where piece_no in (
      select older.piece_no from _pieces as older
      where older.date <= $as_of - 350
    )
  group by piece_no
  having count(*) = 2 and max(date) - min(date) between 350 and 380
)
select
  recent.*,
  yearly.* exclude (piece_no),
  -- What `charges.sql` numbered.
  cast(recent.group_no // (2 * $most_kinds * $most_merchants) as integer) as account_no,
  recent.group_no // (2 * $most_kinds) % $most_merchants as merchant_no,
  $row_kinds[recent.group_no // 2 % $most_kinds] as kind,
  recent.group_no % 2 = 1 as is_inflow
from recent
left join yearly on yearly.piece_no = recent.piece_no
