-- The measured rows with the category they count under: a card payment by its other leg, else as
-- given, else as read from the name.
select
  row_.*,
  case
    when payment.transaction_id is not null then 'other leg'
    when named.category_detailed <> coalesce(row_.category_detailed, '') then 'merchant name'
    when row_.category_detailed is not null or row_.category_primary is not null then 'given'
    else 'none'
  end as category_source,
  case
    when payment.transaction_id is not null then $card_payment
    else coalesce(named.category_detailed, row_.category_detailed, row_.category_primary)
  end as code
from _measured_rows as row_
left join _named_categories as named on named.description_key = row_.description_key
left join _card_payments as payment on payment.transaction_id = row_.open_leg_id
