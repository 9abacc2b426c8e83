-- Every form in which a bank ever shows a row, from a day on and until the day before another. A
-- posted row is shown from the day it posts; before, from its authorization on, it was pending
-- under another id with what was authorized; some holds never post.
with hold as (
  select pending_transaction_id from now.pending_truth
),
posted as (
  select row_.*, row_.date as shown_from, cast(null as date) as shown_until
  from now.raw_transactions as row_
  where not row_.pending
),
was_pending as (
  select
    row_.* replace (
      row_.pending_transaction_id as transaction_id,
      row_.authorized_date as date,
      coalesce(row_.authorized_amount, row_.amount) as amount,
      true as pending,
      cast(null as varchar) as pending_transaction_id,
      cast(null as varchar) as transfer_id
    ),
    row_.authorized_date as shown_from,
    row_.date as shown_until
  from now.raw_transactions as row_
  anti join hold on hold.pending_transaction_id = row_.pending_transaction_id
  where not row_.pending
    and row_.pending_transaction_id is not null
    and row_.authorized_date < row_.date
),
is_pending as (
  select
    row_.*,
    coalesce(row_.authorized_date, row_.date) as shown_from,
    cast(null as date) as shown_until
  from now.raw_transactions as row_
  anti join hold on hold.pending_transaction_id = row_.transaction_id
  where row_.pending
),
vanishes as (
  select
    hold.pending_transaction_id as transaction_id,
    hold.account_id,
    hold.user_id,
    hold.authorized_date as date,
    hold.authorized_date,
    hold.authorized_amount as amount,
    hold.authorized_amount,
    'USD' as iso_currency_code,
    hold.name,
    hold.merchant_name,
    hold.merchant_entity_id,
    hold.payment_channel,
    hold.category_primary,
    hold.category_detailed,
    true as pending,
    cast(null as varchar) as pending_transaction_id,
    cast(null as varchar) as transfer_id,
    hold.city,
    hold.state,
    hold.authorized_date as shown_from,
    hold.vanished_on as shown_until
  from now.pending_truth as hold
)
select * from posted
union all by name
select * from was_pending
union all by name
select * from is_pending
union all by name
select * from vanishes
