-- A card payment leaves a depository account and arrives on a card, both legs in Plaid's card-payment category.
with leg as (
  select
    row.transfer_id,
    row.date,
    row.category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT' as is_payment,
    account.type = 'credit' as is_card,
    row.amount
  from raw_transactions as row
  join raw_accounts as account on account.account_id = row.account_id
  where row.transfer_id is not null and not row.pending
),
payment as (
  select
    transfer_id,
    min(date) as first_date,
    count(*) as legs,
    count(*) filter (is_payment) as payment_legs,
    count(*) filter (is_payment and not is_card and amount > 0) as legs_out_of_depository,
    count(*) filter (is_payment and is_card and amount < 0) as legs_onto_card
  from leg
  group by transfer_id
  having count(*) filter (is_payment) > 0 or count(*) filter (is_card) > 0
)
select transfer_id, first_date, legs, payment_legs, legs_out_of_depository, legs_onto_card
from payment
where payment_legs <> legs
  or legs_out_of_depository > 1
  or legs_onto_card > 1
  or (legs_out_of_depository + legs_onto_card <> 2 and first_date + 2 <= $as_of)
  or legs_out_of_depository + legs_onto_card <> legs
