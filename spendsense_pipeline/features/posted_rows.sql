-- Posted rows of the measured accounts up to as_of, in Plaid's words.
select
  account.user_no,
  account.user_id,
  account.account_no,
  account.account_id,
  account.is_depository,
  account.is_savings,
  account.is_checking,
  account.is_card,
  row_.transaction_id,
  row_.date,
  row_.name,
  row_.merchant_name,
  row_.merchant_entity_id,
  -- How the merchant is written: its id, or else this person's wording.
  coalesce(
    row_.merchant_entity_id,
    concat_ws('|', account.user_no, coalesce(row_.merchant_name, ''), row_.name)
  ) as writing,
  row_.category_primary,
  row_.category_detailed,
  row_.transfer_id,
  row_.amount,
  cast(row_.amount * 100 as bigint) as cents,
  case when row_.amount > 0 then 'out' when account.is_card then 'card in' else 'in' end as side,
  -- A row whose category leaves open that it is one leg of a card payment. (Null for the others, so
  -- that only these are looked up.)
  case
    when
      row_.category_detailed is null
      or row_.category_detailed = $other
      or account.is_card and starts_with(row_.category_detailed, $transfer_in)
    then
      case
        when account.is_card and row_.amount < 0 or account.is_depository and row_.amount > 0
        then row_.transaction_id
      end
  end as open_leg_id
from raw_transactions as row_
join _measured_accounts as account on account.account_id = row_.account_id
where row_.user_id between $first_id and $last_id
  and not row_.pending
  and row_.date <= $as_of
