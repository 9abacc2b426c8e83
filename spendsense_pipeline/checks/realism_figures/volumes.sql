-- Per person: how many rows they have, of which kinds.
with person as (
  select
    row.user_id,
    count(*) filter (
      row.transfer_id is null or list_contains($loan_payments, row.category_detailed)
    ) * $days_per_month / ($as_of - $history_start + 1) as monthly_rows,
    count(*) filter (
      row.category_detailed = $overdraft_fee and row.date > $as_of - 180
    ) > 0 as has_overdraft_fee,
    count(*) filter (
      row.amount < 0 and not list_contains($not_refunds, row.category_primary)
    ) as refunds
  from raw_transactions as row
  join raw_accounts as account on account.account_id = row.account_id
  where row.user_id <= $last_person
    and not row.pending
    and account.holder_category is distinct from 'business'
    and account.type <> 'loan'
  group by row.user_id
),
bought as (
  select
    user_id,
    count(*) as purchases,
    count(distinct merchant_name) filter (date > $as_of - 180) as merchants
  from _checks_everyday_purchases
  group by user_id
),
repeated as (
  select user_id, sum(copies - 1) as copies
  from (
    select user_id, count(*) as copies
    from _checks_everyday_purchases
    group by user_id, date, posted_on, merchant_name, cents, account_type
    having count(*) > 1
  )
  group by user_id
)
select
  person.*,
  coalesce(bought.purchases, 0) as purchases,
  bought.merchants,
  coalesce(repeated.copies, 0) as copies
from person
left join bought on bought.user_id = person.user_id
left join repeated on repeated.user_id = person.user_id
order by person.user_id
