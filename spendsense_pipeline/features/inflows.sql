-- Money into a person's bank accounts that is pay or a benefit, or of which nothing says what it
-- is. All of it up to as_of: a gap may have begun before the window.
select
  user_no,
  account_no,
  date,
  cents,
  is_paycheck,
  is_benefit,
  -- Who carries wages for others is not the payer: the description names who is.
  case
    when merchant_name is null or list_contains($processors, lower(merchant_name)) then name
    else merchant_name
  end as payer_text
from _categorised_rows
where amount < 0 and (is_paycheck or is_benefit or is_open_inflow)
