-- Charges and deposits that may repeat: rows of the last 400 days, numbered by what would repeat.
select
  -- One number for account, merchant, kind and direction, so that grouping hashes one word;
  -- `shapes.sql` takes it apart.
  (
    (cast(row_.account_no as bigint) * $most_merchants + merchant.merchant_no) * $most_kinds
    + list_position($row_kinds, coalesce(payee.kind, row_.kind))
  ) * 2 + cast(row_.cents < 0 as bigint) as group_no,
  row_.date,
  abs(row_.cents) as cents,
  row_.transaction_id
from _categorised_rows as row_
join _stream_merchants as merchant on merchant.writing = row_.writing
-- (Null for rows with a category of their own.)
left join _merchant_kinds as payee
  on payee.payee_no = case
    when row_.category_detailed is null then
      (cast(row_.user_no as bigint) * $most_merchants + merchant.merchant_no) * 2
      + cast(row_.cents < 0 as bigint)
  end
where row_.date > $as_of - $longest_lookback and row_.amount <> 0 and row_.may_repeat
  and list_contains($charged_kinds, coalesce(payee.kind, row_.kind))
