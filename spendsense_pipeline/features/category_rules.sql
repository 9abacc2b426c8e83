-- What a row of each category is to us: spend, refund, pay, interest, card payment, kind of stream.
with codes as (
  select
    unnest(string_split($codes, ' ')) as code,
    unnest(string_split($primaries, ' ')) as category_primary,
    unnest(string_split($kinds, ' ')) as kind
)
select
  code,
  category_primary,
  kind,
  -- Money in is pay or a transfer, never a bill; a refund is no stream of its own.
  list_contains($inflow_kinds, kind) as repeats_in,
  list_contains($outflow_kinds, kind) as repeats_out,
  -- Money out: everything is spend but transfers (cash withdrawn is spent) and card payments.
  not list_contains($not_spend_codes, code) as is_spend,
  -- Money in: a refund unless it is income, a transfer, a loan's proceeds or a payment received.
  not list_contains($not_refund_primaries, category_primary) as is_refund,
  list_contains($earned_income, code) as is_pay,
  list_contains($benefit_income, code) as is_benefit,
  -- Says no more than that it is income: as open as no category at all.
  code = $any_income as is_open_income,
  code = $savings_interest as is_savings_interest,
  code = $card_interest as is_card_interest,
  code = $card_payment as is_card_payment
from codes
