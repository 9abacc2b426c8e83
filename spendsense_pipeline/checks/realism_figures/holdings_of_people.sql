-- Per person: what they hold and owe, overdraft fees, days with little money, and how they pay
-- others.
with held as (
  select
    user_id,
    -- The survey's transaction accounts are neither certificates nor health savings.
    sum(balance_current) filter (
      type = 'depository' and subtype not in ('cd', 'hsa')
    )::double as deposits_usd,
    sum(balance_current) filter (
      type = 'depository' and list_contains($savings_subtypes, subtype)
    )::double as savings_usd,
    sum(balance_current) filter (type = 'credit')::double
    / nullif(sum(balance_limit) filter (type = 'credit'), 0)::double as card_use
  from raw_accounts
  where user_id <= $last_person and holder_category is distinct from 'business'
  group by user_id
),
close as (
  select
    account.user_id,
    sum(closing.next_date - closing.date) filter (
      closing.closing_cents < 100 * $low_balance_usd
    ) / sum(closing.next_date - closing.date) as low_day_share
  from _checks_closings as closing
  join _checks_accounts as account on account.account_number = closing.account_number
  where account.user_id <= $last_person
    and account.subtype = 'checking'
    and not account.is_business
  group by account.user_id
),
paid as (
  select
    row.user_id,
    count(*) filter (row.category_detailed = $overdraft_fee) as overdraft_fees,
    bool_or(list_contains($payment_apps, row.category_detailed)) as has_app_payments,
    bool_or(regexp_matches(row.name, '^(CHECK|CHK)( ?#| PAID| )?\d*$')) as has_checks,
    -- The machine's owner adds a fee to what is drawn, the holder's bank books its own.
    bool_or(
      row.category_detailed = $atm_fee
      or (
        row.category_detailed = $cash_withdrawal
        and row.name ilike '%atm%'
        and row.amount % 5 <> 0
      )
    ) as has_machine_fees
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where row.user_id <= $last_person and not row.pending and not account.is_business
  group by row.user_id
)
select
  who.user_id,
  who.age,
  who.income_tier,
  held.deposits_usd,
  coalesce(held.savings_usd, 0) as savings_usd,
  held.card_use,
  coalesce(close.low_day_share, 0) as low_day_share,
  coalesce(paid.overdraft_fees, 0) as overdraft_fees,
  coalesce(paid.has_app_payments, false) as has_app_payments,
  coalesce(paid.has_checks, false) as has_checks,
  coalesce(paid.has_machine_fees, false) as has_machine_fees
from raw_users as who
join held on held.user_id = who.user_id
left join close on close.user_id = who.user_id
left join paid on paid.user_id = who.user_id
where who.user_id <= $last_person
order by who.user_id
