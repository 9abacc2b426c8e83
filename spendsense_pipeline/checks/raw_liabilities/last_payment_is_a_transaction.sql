-- last_payment_amount and last_payment_date are those of the latest payment posted on the card, or
-- both empty.
with last_payment as (
  select account.account_id, max(flow.date) as date
  from _checks_card_flows as flow
  join _checks_accounts as account on account.account_number = flow.account_number
  where flow.payment_cents > 0
  group by account.account_id
),
payment as (
  select account_id, date, -amount as amount
  from raw_transactions
  where category_detailed = $card_payment and amount < 0 and not pending
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
    and (liability.account_id, liability.last_payment_date, liability.last_payment_amount)
    not in (select (account_id, date, amount) from payment)
  )
