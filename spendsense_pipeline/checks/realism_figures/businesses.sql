-- Per business account: how often its most frequent close occurs among the days that something
-- posts.
with counted as (
  select account.account_number, closing.closing_cents, count(*) as days
  from _checks_closings as closing
  join _checks_accounts as account on account.account_number = closing.account_number
  where account.is_business and account.user_id <= $last_person and closing.is_posted
  group by account.account_number, closing.closing_cents
)
select max(days) / sum(days) as most_frequent
from counted
group by account_number
having sum(days) >= 20
order by account_number
