-- People whose checking account closes below $100 on a fifth or more of the last 180 days.
with stretch as (
  select
    account.user_id,
    closing.closing_cents,
    greatest(
      0, least(closing.next_date, $as_of + 1) - greatest(closing.date, $as_of - 179, $history_start)
    ) as days
  from _checks_closings as closing
  join _checks_accounts as account on account.account_number = closing.account_number
  where account.subtype = 'checking' and not account.is_business
),
person as (
  select user_id, sum(days) filter (closing_cents < 10000) / sum(days) as low_share
  from stretch
  group by user_id
)
select count(*) filter (coalesce(low_share, 0) >= 0.2) / nullif(count(*), 0) as share, count(*) as units
from person
