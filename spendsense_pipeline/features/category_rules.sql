-- What a row of each category is to us: spend, refund, pay, interest, card payment, kind of stream.
with codes as (
  select
    unnest(string_split($codes, ' ')) as code,
    unnest(string_split($primaries, ' ')) as category_primary,
    unnest($kind_numbers) as kind_no
)
select
  code,
  category_primary,
  cast(kind_no as bigint) as kind_no,
  list_contains($vague_details, code) as is_vague,
  -- Money in is pay or a transfer, never a bill; a refund is no stream of its own.
  list_contains($inflow_kinds, kind_no) as repeats_in,
  list_contains($outflow_kinds, kind_no) as repeats_out,
  -- Money out: everything is spend but transfers (cash withdrawn is spent) and card payments.
  code = 'TRANSFER_OUT_WITHDRAWAL'
    or not (starts_with(code, 'TRANSFER_') or code = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT') as is_spend,
  -- Money in: a refund unless it is income, a transfer, a loan's proceeds or a payment received.
  not (
    starts_with(code, 'INCOME')
    or starts_with(code, 'TRANSFER_')
    or starts_with(code, 'LOAN_')
  ) as is_refund,
  list_contains($earned_income, code) as is_pay,
  code = 'INCOME_INTEREST_EARNED' as is_savings_interest,
  code = 'BANK_FEES_INTEREST_CHARGE' as is_card_interest,
  code = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT' as is_card_payment
from codes
