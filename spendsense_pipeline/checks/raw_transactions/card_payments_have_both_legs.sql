-- A card payment leaves a depository account and arrives on a card, both legs in Plaid's
-- card-payment category.
select transfer_id, first_date, legs, payment_legs, legs_out_of_depository, legs_onto_card
from _checks_transfers
where (payment_legs > 0 or card_legs > 0)
  and (
    legs_out_of_depository > 1
    or legs_onto_card > 1
    or legs_out_of_depository + legs_onto_card <> legs
    or (legs < 2 and business_days_since >= 3)
  )
