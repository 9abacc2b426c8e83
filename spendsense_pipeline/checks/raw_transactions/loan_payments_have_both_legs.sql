-- A loan payment leaves a bank account and arrives on a loan of that kind the same day, both legs
-- under its code; what else posts to a loan is interest, and escrow on a mortgage.
with code as (
  select unnest($loan_kinds) as kind, unnest($loan_payments) as category_detailed
),
leg as (
  select
    row.transaction_id,
    row.account_id,
    row.transfer_id,
    row.date,
    row.amount,
    row.category_detailed,
    account.type = 'loan' as is_on_loan,
    loan.kind,
    code.category_detailed as payment_code
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  left join raw_loans as loan on loan.account_id = row.account_id
  left join code on code.kind = loan.kind
  where not row.pending
    and (account.type = 'loan' or list_contains($loan_payments, row.category_detailed))
),
payment as (
  select
    transfer_id,
    count(*) = 2
    and count(*) filter (not is_on_loan and amount > 0) = 1
    and count(*) filter (is_on_loan and amount < 0) = 1
    and min(date) = max(date)
    and min(category_detailed) = max(category_detailed) as is_whole
  from leg
  where transfer_id is not null
  group by transfer_id
)
select leg.transaction_id, leg.account_id, leg.date, leg.amount, leg.category_detailed, leg.kind
from leg
left join payment on payment.transfer_id = leg.transfer_id
where case
    when leg.is_on_loan and leg.amount > 0
    then leg.transfer_id is not null
      or (
        leg.category_detailed <> $card_interest
        and (leg.kind <> 'mortgage' or leg.category_detailed <> leg.payment_code)
      )
    else
      not coalesce(payment.is_whole, false)
      or (leg.is_on_loan and leg.category_detailed is distinct from leg.payment_code)
  end
