-- What the category of a measured row makes of it: spend, pay, interest, a payment received, a
-- series of some kind.
select
  coded.*,
  -- A code nobody knows is judged by its first word.
  case
    when coded.cents > 0 then
      case
        when
          coalesce(category.is_spend, not regexp_matches(coalesce(coded.code, ''), $not_spend))
        then coded.cents else 0
      end
    -- Money into a bank account that nothing names is left out: it may as well be pay.
    when coded.code is null then case when coded.is_card then coded.cents else 0 end
    when coalesce(category.is_refund, not regexp_matches(coded.code, $not_refund)) then coded.cents
    else 0
  end as spend_cents,
  coded.is_depository and coded.cents < 0 and coalesce(category.is_pay, false) as is_paycheck,
  coded.is_depository and coded.cents < 0 and coalesce(category.is_benefit, false) as is_benefit,
  coded.is_depository
  and coded.cents < 0
  and coalesce(category.is_open_income, coded.code is null) as is_open_inflow,
  coalesce(category.is_savings_interest, false) as is_savings_interest,
  coded.is_card and coalesce(category.is_card_interest, false) as is_card_interest,
  coded.is_card and coded.cents < 0 and coalesce(category.is_card_payment, false)
    as is_payment_received,
  -- Without any category, and with a name that tells nothing: unknown. A code nobody knows: other.
  coalesce(category.kind, case when coded.code is null then 'unknown' else 'other' end) as kind,
  case
    when coded.cents < 0 then coalesce(category.repeats_in, false)
    else coalesce(category.repeats_out, true)
  end as may_repeat
from _coded_rows as coded
left join _category_rules as category on category.code = coded.code
