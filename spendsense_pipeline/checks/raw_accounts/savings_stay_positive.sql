-- A savings account cannot be overdrawn: it closes at zero or more on every day.
select
  closing.account_id,
  closing.date,
  (closing.closing_cents / 100)::double as closing_balance
from _checks_closings as closing
join raw_accounts as account on account.account_id = closing.account_id
where account.type = 'depository'
  and account.subtype <> 'checking'
  and closing.closing_cents < 0
