-- Third reading: one price, month after month, among a merchant's other charges (a membership).
with prices as (
  select group_no, cents
  from _charges
  where date > $as_of - $lookback and list_contains($priced_kinds, group_no % 32 // 2)
  group by group_no, cents
  -- Monthly at most: three charges in fewer than 52 days are not.
  having count(*) >= 3 and max(date) - min(date) >= 26 * (count(*) - 1)
),
unexplained as (
  select price.group_no, price.cents, row_number() over (order by price.group_no, price.cents) as piece_no
  from prices as price
  where not exists (
    select 1
    from _found as found
    where found.group_no = price.group_no
      and (found.reading = 'whole merchants' or price.cents between found.least_cents and found.most_cents)
  )
)
select price.piece_no, charge.group_no, charge.date, charge.cents, charge.transaction_id
from _charges as charge
join unexplained as price on price.group_no = charge.group_no and price.cents = charge.cents
