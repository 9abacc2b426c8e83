-- last_payment_amount and last_payment_date are those of the latest payment posted on the card, or both empty.
with last_payment as (
  select account_id, max(date) as date
  from _checks_card_flows
  where payment_cents > 0
  group by account_id
)
select
  liability.account_id,
  liability.last_payment_date,
  liability.last_payment_amount,
  last_payment.date as latest_payment_posted
from raw_liabilities as liability
left join last_payment on last_payment.account_id = liability.account_id
where liability.last_payment_date is distinct from last_payment.date
  or (liability.last_payment_amount is null) <> (last_payment.date is null)
  or (
    last_payment.date is not null
    and not exists (
      select 1
      from raw_transactions as payment
      where payment.account_id = liability.account_id
        and not payment.pending
        and payment.category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT'
        and payment.date = liability.last_payment_date
        and payment.amount = -liability.last_payment_amount
    )
  )
