-- One person's rows with the account each stands on, and the text a search looks through.
select
  row_.transaction_id,
  row_.date,
  row_.authorized_date,
  row_.amount as amount_usd,
  row_.name,
  row_.merchant_name,
  row_.category_primary,
  row_.category_detailed,
  row_.payment_channel,
  row_.pending as is_pending,
  row_.city,
  row_.state,
  row_.account_id,
  account.name as account_name,
  account.mask,
  account.type as account_type,
  lower(
    concat_ws(
      ' ', row_.name, row_.merchant_name, replace(row_.category_primary, '_', ' '),
      replace(row_.category_detailed, '_', ' '), row_.category_detailed, account.name,
      account.mask, row_.city
    )
  ) as searched
from raw_transactions as row_
left join raw_accounts as account on account.account_id = row_.account_id
where row_.user_id = $user_id
