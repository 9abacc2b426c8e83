-- A savings account cannot be overdrawn: it closes at zero or more on every day.
select account.account_id, closing.date, closing.closing_cents / 100 as closing_balance
from _checks_closings as closing
join _checks_accounts as account on account.account_number = closing.account_number
where closing.closing_cents < 0
  and account.type = 'depository'
  and account.subtype <> 'checking'
