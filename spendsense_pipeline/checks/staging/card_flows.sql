-- Payments received (positive), interest and fees of each card, per day, in cents.
with flow as (
  select
    account.account_number,
    row.date,
    case
      when row.category_detailed = $card_payment then 'payment'
      when row.category_detailed = $card_interest then 'interest'
      when row.category_primary = $bank_fees then 'fee'
    end as kind,
    cast(row.amount * 100 as bigint) as cents
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where (row.category_primary = $bank_fees or row.category_detailed = $card_payment)
    and not row.pending
    and account.type = 'credit'
)
select
  account_number,
  date,
  cast(-coalesce(sum(cents) filter (kind = 'payment'), 0) as bigint) as payment_cents,
  cast(coalesce(sum(cents) filter (kind = 'interest'), 0) as bigint) as interest_cents,
  cast(coalesce(sum(cents) filter (kind = 'fee'), 0) as bigint) as fee_cents
from flow
group by account_number, date
