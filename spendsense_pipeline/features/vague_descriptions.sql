-- Descriptions whose rows come without a detailed category, or with one that says only "other".
with vague_rows as (
  select
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
)
select
  -- Everything the category hangs on in one text, by which rows find it again.
  concat_ws('|', side, coalesce(given, ''), coalesce(merchant_name, ''), name) as description_key,
  side,
  any_value(given) as given,
  concat_ws(' ', any_value(merchant_name), any_value(name)) as text,
  bool_or(is_own_transfer) as is_own_transfer
from vague_rows
group by description_key, side
