-- Descriptions whose rows come without a detailed category, or with one that says only "other".
select distinct
  row_.name,
  row_.merchant_name,
  coalesce(row_.category_detailed, row_.category_primary) as given,
  case when row_.amount > 0 then 'out' when account.is_card then 'card in' else 'in' end as side,
  row_.transfer_id is not null and row_.category_primary is null as is_own_transfer
from raw_transactions as row_
join _measured_accounts as account on account.account_id = row_.account_id
where row_.user_id between $first_id and $last_id
  and not row_.pending
  and row_.date <= $as_of
  and (row_.category_detailed is null or list_contains($vague_details, row_.category_detailed))
