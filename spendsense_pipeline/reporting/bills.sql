-- What a person's bills and subscriptions took, each charge on its day.
select
  row_.date,
  stream.merchant_name as name,
  stream.kind,
  row_.amount as amount_usd,
  row_.account_id,
  row_.transaction_id
from (
  select merchant_name, kind, unnest(transaction_ids) as transaction_id
  from recurring_streams
  where user_id = $user_id and list_contains($kinds, kind)
) as stream
join raw_transactions as row_
  on row_.transaction_id = stream.transaction_id and row_.user_id = $user_id
order by row_.date, row_.amount desc, row_.transaction_id
