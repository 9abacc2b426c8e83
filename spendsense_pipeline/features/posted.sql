-- The window's rows: posted, on measured accounts, with what their category makes them.
with rows_in_window as (
  select
    account.user_no,
    account.account_no,
    account.is_card,
    account.is_depository,
    account.is_savings,
    account.is_checking,
    account.is_spending,
    row_.date,
    cast(row_.amount * 100 as bigint) as cents,
    row_.category_detailed is null as is_uncategorised,
    coalesce(row_.category_detailed, named.category_detailed, row_.category_primary) as code
  from raw_transactions as row_
  join _measured_accounts as account on account.account_id = row_.account_id
  -- (A null key is not looked up: only rows without a clear category cost a look at their name.)
  left join _named_categories as named
    on named.description_key = case
      when row_.category_detailed is null then concat_ws(
        '|',
        case when row_.amount > 0 then 'out' when account.is_card then 'card in' else 'in' end,
        coalesce(row_.category_detailed, row_.category_primary, ''),
        coalesce(row_.merchant_name, ''),
        row_.name
      )
    end
  where row_.user_id between $first_id and $last_id and not row_.pending and row_.date > $as_of - $window_days and row_.date <= $as_of
)
select
  row_.user_no,
  row_.account_no,
  row_.date,
  row_.cents,
  case
    when not row_.is_spending then 0
    when row_.cents > 0 then
      case when coalesce(category.is_spend, not starts_with(coalesce(row_.code, ''), 'TRANSFER_')) then row_.cents else 0 end
    -- Money into a bank account that nothing names is left out: it may as well be pay.
    when row_.code is null then case when row_.is_card then row_.cents else 0 end
    when coalesce(
      category.is_refund,
      not regexp_matches(row_.code, '^(INCOME|TRANSFER|LOAN)_')
    ) then row_.cents
    else 0
  end as spend_cents,
  row_.is_savings,
  row_.is_checking,
  row_.is_card,
  row_.is_depository and row_.cents < 0 and coalesce(category.is_pay, false) as is_paycheck,
  coalesce(category.is_savings_interest, false) as is_savings_interest,
  row_.is_card and coalesce(category.is_card_interest, false) as is_card_interest,
  row_.is_card and row_.cents < 0 and coalesce(category.is_card_payment, false) as is_payment_received,
  row_.is_uncategorised
from rows_in_window as row_
left join _category_rules as category on category.code = row_.code
