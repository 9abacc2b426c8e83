-- A person's paydays: days on which pay reached a bank account, by its category or, where a row has
-- none, because it belongs to a recurring stream of pay.
with
pay_stream as (
  select unnest(transaction_ids) as transaction_id
  from recurring_streams
  where user_id = $user_id and list_contains($pay, category_detailed)
)
select
  row_.date,
  cast(sum(-row_.amount) as decimal(12, 2)) as amount_usd,
  list(
    distinct coalesce(row_.merchant_name, row_.name) order by
      coalesce(row_.merchant_name, row_.name)
  ) as payers
from raw_transactions as row_
join raw_accounts as account on account.account_id = row_.account_id
where row_.user_id = $user_id
  and not row_.pending
  and row_.amount < 0
  and account.type = 'depository'
  and account.holder_category is distinct from 'business'
  and (
    list_contains($pay, row_.category_detailed)
    or (
      row_.category_detailed is null
      and row_.transaction_id in (select transaction_id from pay_stream)
    )
  )
group by row_.date
order by row_.date
