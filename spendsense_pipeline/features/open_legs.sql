-- A row whose category leaves open that it is a leg of a card payment, if there is any.
select row_.transaction_id
from raw_transactions as row_
where row_.user_id between $first_id and $last_id
  and (
    row_.category_detailed is null
    or row_.category_detailed = $other
    or row_.amount < 0
    and starts_with(row_.category_detailed, $transfer_in)
    and row_.account_id in (
      select card.account_id from _measured_accounts as card
      where card.is_card
    )
  )
limit 1
