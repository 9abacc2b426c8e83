-- Whenever a checking account first closes below zero, a fee for the overdraft, or for the
-- item that is sent back, posts within 5 days.
with first_negative_close as (
  select account.account_id, closing.date, closing.closing_cents
  from _checks_closings as closing
  join _checks_accounts as account on account.account_number = closing.account_number
  where closing.closing_cents < 0
    and closing.closing_cents - closing.change_cents >= 0
    and closing.is_posted
    and closing.date + 5 <= $as_of
    and account.type = 'depository'
),
fee as (
  select account_id, date
  from raw_transactions
  where category_detailed in ($overdraft_fee, $returned_item_fee) and amount > 0 and not pending
)
select
  below.account_id,
  below.date as first_negative_close,
  below.closing_cents / 100 as closing_balance
from first_negative_close as below
anti join fee
  on fee.account_id = below.account_id and fee.date between below.date and below.date + 5
