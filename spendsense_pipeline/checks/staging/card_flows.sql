-- What moved on each card each day, in cents: payments received (positive), interest, fees, and
-- purchases less refunds.
with charge as (
  select
    account.account_number::bigint * 65536 + (row.date - date '1970-01-01') as account_day,
    row.category_detailed,
    cast(row.amount * 100 as bigint) as cents
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where row.category_primary in ('LOAN_PAYMENTS', 'BANK_FEES')
    and not row.pending
    and account.type = 'credit'
),
charged_day as (
  select
    account_day,
    -coalesce(
      sum(cents) filter (category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT'), 0
    ) as payment_cents,
    coalesce(sum(cents) filter (category_detailed = 'BANK_FEES_INTEREST_CHARGE'), 0)
      as interest_cents,
    coalesce(
      sum(cents) filter (
        starts_with(category_detailed, 'BANK_FEES')
        and category_detailed <> 'BANK_FEES_INTEREST_CHARGE'
      ),
      0
    ) as fee_cents
  from charge
  group by account_day
)
select
  cast(day.account_day // 65536 as integer) as account_number,
  date '1970-01-01' + cast(day.account_day % 65536 as integer) as date,
  cast(coalesce(charged_day.payment_cents, 0) as bigint) as payment_cents,
  cast(coalesce(charged_day.interest_cents, 0) as bigint) as interest_cents,
  cast(coalesce(charged_day.fee_cents, 0) as bigint) as fee_cents,
  cast(
    day.change_cents
    + coalesce(charged_day.payment_cents - charged_day.interest_cents - charged_day.fee_cents, 0)
    as bigint
  ) as purchase_cents
from _checks_days as day
left join charged_day on charged_day.account_day = day.account_day
where day.is_card
