-- How many rows people have, of which kinds.
with person as (
  select
    row.user_id,
    count(*) filter (row.transfer_id is null) * $days_per_month / ($as_of - $history_start + 1)
      as monthly_rows,
    count(*) filter (
      row.category_detailed = $overdraft_fee and row.date > $as_of - 180
    ) as overdraft_fees,
    count(*) filter (
      row.amount < 0 and not list_contains($not_refunds, row.category_primary)
    ) as refunds
  from raw_transactions as row
  join raw_accounts as account on account.account_id = row.account_id
  where row.user_id <= $last_person
    and not row.pending
    and account.holder_category is distinct from 'business'
  group by row.user_id
),
purchase as (
  select
    count(*) as purchases,
    count(*) filter (cents % 100 = 0) as whole_dollars,
    count(*) filter (cents % 100 = 99) as ninety_nines
  from _checks_everyday_purchases
  where spending_category <> 'cash'
),
repeated as (
  select sum(copies - 1) as copies
  from (
    select count(*) as copies
    from _checks_everyday_purchases
    group by user_id, date, posted_on, merchant_name, cents, account_type
    having count(*) > 1
  )
),
variety as (
  select median(merchants) as merchants_per_person
  from (
    select user_id, count(distinct merchant_name) as merchants
    from _checks_everyday_purchases
    group by user_id
  )
)
select
  median(person.monthly_rows) as monthly_rows,
  count(*) filter (person.overdraft_fees > 0) / count(*) as overdrafting_share,
  sum(person.refunds) / nullif(any_value(purchase.purchases), 0) as refund_share,
  any_value(purchase.whole_dollars) / nullif(any_value(purchase.purchases), 0) as ending_00_share,
  any_value(purchase.ninety_nines) / nullif(any_value(purchase.purchases), 0) as ending_99_share,
  coalesce(any_value(repeated.copies), 0) / nullif(any_value(purchase.purchases), 0)
    as repeated_share,
  any_value(variety.merchants_per_person) as merchants_per_person
from person, purchase, repeated, variety
