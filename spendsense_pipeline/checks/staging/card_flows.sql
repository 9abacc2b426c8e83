-- What moved on each card each day, in cents: payments and refunds received, purchases, interest, fees.
select
  flow.account_id,
  flow.date,
  cast(-100 * coalesce(sum(flow.amount) filter (flow.kind = 'payment'), 0) as bigint) as payment_cents,
  cast(100 * coalesce(sum(flow.amount) filter (flow.kind = 'interest'), 0) as bigint) as interest_cents,
  cast(100 * coalesce(sum(flow.amount) filter (flow.kind = 'fee'), 0) as bigint) as fee_cents,
  cast(100 * coalesce(sum(flow.amount) filter (flow.kind = 'purchase'), 0) as bigint) as purchase_cents
from (
  select
    row.account_id,
    row.date,
    row.amount,
    case
      when row.category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT' then 'payment'
      when row.category_detailed = 'BANK_FEES_INTEREST_CHARGE' then 'interest'
      when row.category_primary = 'BANK_FEES' then 'fee'
      else 'purchase'
    end as kind
  from raw_transactions as row
  join raw_accounts as account on account.account_id = row.account_id
  where account.type = 'credit' and not row.pending
) as flow
group by flow.account_id, flow.date
