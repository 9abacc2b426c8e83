-- The window's rows: posted, on measured accounts, with what their category makes them.
select
  user_no,
  account_no,
  date,
  cents,
  spend_cents,
  is_savings,
  is_checking,
  is_card,
  is_savings_interest,
  is_card_interest,
  is_payment_received,
  category_detailed is null as is_uncategorised
from _categorised_rows
where date > $as_of - $window_days
