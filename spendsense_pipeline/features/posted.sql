-- The window's rows: posted, on measured accounts, with what their category makes them.
with categorised as (
  select account_id, date, amount, category_detailed as code, false as is_uncategorised
  from raw_transactions
  where user_id between $first_id and $last_id
    and not pending
    and date > $as_of - $window_days
    and date <= $as_of
    and category_detailed is not null
),
uncategorised as (
  -- Apart from the others, so that only these cost a look at their names.
  select
    row_.account_id,
    row_.date,
    row_.amount,
    coalesce(named.category_detailed, row_.category_primary) as code,
    true as is_uncategorised
  from raw_transactions as row_
  join _measured_accounts as account on account.account_id = row_.account_id
  left join _named_categories as named
    on named.description_key = concat_ws(
      '|',
      case when row_.amount > 0 then 'out' when account.is_card then 'card in' else 'in' end,
      coalesce(row_.category_primary, ''),
      coalesce(row_.merchant_name, ''),
      row_.name
    )
  where row_.user_id between $first_id and $last_id
    and not row_.pending
    and row_.date > $as_of - $window_days
    and row_.date <= $as_of
    and row_.category_detailed is null
),
rows_in_window as (
  select account_id, date, cast(amount * 100 as bigint) as cents, code, is_uncategorised
  from (from categorised union all from uncategorised)
)
select
  account.user_no,
  account.account_no,
  row_.date,
  row_.cents,
  case
    when not account.is_spending then 0
    when row_.cents > 0 then
      case when coalesce(category.is_spend, not starts_with(coalesce(row_.code, ''), 'TRANSFER_')) then row_.cents else 0 end
    -- Money into a bank account that nothing names is left out: it may as well be pay.
    when row_.code is null then case when account.is_card then row_.cents else 0 end
    when coalesce(category.is_refund, not regexp_matches(row_.code, '^(INCOME|TRANSFER|LOAN)_')) then row_.cents
    else 0
  end as spend_cents,
  account.is_savings,
  account.is_checking,
  account.is_card,
  account.is_depository and row_.cents < 0 and coalesce(category.is_pay, false) as is_paycheck,
  coalesce(category.is_savings_interest, false) as is_savings_interest,
  account.is_card and coalesce(category.is_card_interest, false) as is_card_interest,
  account.is_card and row_.cents < 0 and coalesce(category.is_card_payment, false) as is_payment_received,
  row_.is_uncategorised
from rows_in_window as row_
join _measured_accounts as account on account.account_id = row_.account_id
left join _category_rules as category on category.code = row_.code
