-- A person's posted rows that change what the household has: money in and out, without moves
-- between its own accounts.
select
  date,
  amount,
  category_primary,
  category_detailed
from raw_transactions
where user_id = $user_id
  and not pending
  -- As in every feature, a business is not its owner's household, and a loan's payment is spent
  -- once.
  and account_id not in (
    select account_id
    from raw_accounts
    where holder_category = 'business' or type = 'loan'
  )
  and coalesce(category_detailed, '') <> $card_payment
  and (
    not list_contains($transfers, coalesce(category_primary, ''))
    or category_detailed = $withdrawal
  )
