-- Posted rows that could be evidence, of people whose trace needs them, with what each row counts as.
with classified as (
  select
    account.user_id,
    account.account_id,
    account.is_savings,
    account.is_checking,
    account.is_card,
    account.is_depository,
    account.is_spending,
    row_.transaction_id,
    row_.date,
    cast(row_.amount * 100 as bigint) as cents,
    coalesce(row_.category_detailed, named.category_detailed, row_.category_primary) as code
  from raw_transactions as row_
  join _measured_accounts as account
    on account.account_id = row_.account_id and account.user_id = row_.user_id
  left join _named_categories as named
    on row_.category_detailed is null
    and named.name = row_.name
    and named.merchant_name is not distinct from row_.merchant_name
    and named.given is not distinct from row_.category_primary
    and named.side = case when row_.amount > 0 then 'out' when account.is_card then 'card in' else 'in' end
  where not row_.pending
    and row_.date <= $as_of
    -- a pay gap may have begun before the longest window
    and (row_.date > $as_of - $longest_window or (row_.amount < 0 and account.is_depository))
    and account.user_id in (select user_id from _evidence_needed)
)
select
  row_.user_id,
  row_.account_id,
  row_.transaction_id,
  row_.date,
  row_.cents,
  row_.is_savings,
  row_.is_checking,
  case
    when not row_.is_spending then 0
    when row_.cents > 0 then
      case when coalesce(category.is_spend, not starts_with(coalesce(row_.code, ''), 'TRANSFER_')) then row_.cents else 0 end
    when row_.code is null then case when row_.is_card then row_.cents else 0 end
    when coalesce(category.is_refund, not regexp_matches(row_.code, '^(INCOME|TRANSFER|LOAN)_')) then row_.cents
    else 0
  end as spend_cents,
  row_.is_depository and row_.cents < 0 and coalesce(category.is_pay, false) as is_paycheck,
  row_.is_savings and not coalesce(category.is_savings_interest, false) as is_savings_flow,
  row_.is_card and coalesce(category.is_card_interest, false) as is_card_interest,
  row_.is_card and row_.cents < 0 and coalesce(category.is_card_payment, false) as is_card_payment
from classified as row_
left join _category_rules as category on category.code = row_.code
