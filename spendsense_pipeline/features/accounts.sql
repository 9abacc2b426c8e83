-- The accounts measured: personal ones, sole or joint, of the people measured, and what each is to
-- us. Loans and investments are none of them: a loan's payment is spent once, on checking.
select
  cast(row_number() over (order by account.account_id) as integer) as account_no,
  account.account_id,
  person.user_no,
  person.user_id,
  account.type = 'depository' as is_depository,
  -- An unknown subtype makes an account none of them.
  account.type = 'depository' and coalesce(list_contains($savings_subtypes, account.subtype), false)
    as is_savings,
  account.type = 'depository'
  and coalesce(list_contains($checking_subtypes, account.subtype), false) as is_checking,
  account.type = 'credit' and coalesce(list_contains($card_subtypes, account.subtype), false)
    as is_card,
  account.type = 'depository'
  and coalesce(list_contains($set_aside_subtypes, account.subtype), false) as is_set_aside,
  cast(account.balance_current * 100 as bigint) as balance_cents,
  cast(account.balance_limit * 100 as bigint) as limit_cents
from raw_accounts as account
join _measured_users as person on person.user_id = account.user_id
where account.holder_category is distinct from 'business'
  and list_contains($measured_types, account.type)
