-- Whenever a checking account first closes below zero, an overdraft fee posts within 5 days.
with first_negative_close as (
  select closing.account_id, closing.date, closing.closing_cents
  from _checks_closings as closing
  join raw_accounts as account on account.account_id = closing.account_id
  where account.type = 'depository'
    and closing.closing_cents < 0
    and closing.closing_cents - closing.change_cents >= 0
)
select
  below.account_id,
  below.date as first_negative_close,
  (below.closing_cents / 100)::double as closing_balance
from first_negative_close as below
where below.date + 5 <= $as_of
  and not exists (
    select 1
    from raw_transactions as fee
    where fee.account_id = below.account_id
      and fee.category_detailed = 'BANK_FEES_OVERDRAFT_FEES'
      and fee.amount > 0
      and fee.date between below.date and below.date + 5
  )
