-- Per person: paydays by the balance the account had the evening before, and by what is put aside
-- of irregular pay on the day it comes.
with payday as (
  select user_id, account_number, account_id, date, sum(cents) as pay_cents
  from _checks_paychecks
  where user_id <= $last_person and not is_business
  group by user_id, account_number, account_id, date
),
eve as (
  select payday.*, closing.closing_cents as eve_cents
  from payday
  asof join _checks_closings as closing
    on closing.account_number = payday.account_number and closing.date < payday.date
),
swept as (
  select account_id, date, sum(cast(amount * 100 as bigint)) as swept_cents
  from raw_transactions
  where user_id <= $last_person
    and not pending
    and amount > 0
    and transfer_id is not null
    and list_contains($own_transfers, category_detailed)
    and category_detailed <> $card_payment
  group by account_id, date
),
judged as (
  select
    eve.user_id,
    count(*) over (partition by eve.account_number, eve.eve_cents) > 1 as is_repeated,
    count(*) over (partition by eve.account_number) as paydays,
    pay.cadence = 'irregular' as is_irregular,
    coalesce(swept.swept_cents, 0) / eve.pay_cents as share_swept
  from eve
  left join _checks_pay as pay on pay.user_id = eve.user_id
  left join swept on swept.account_id = eve.account_id and swept.date = eve.date
)
select
  user_id,
  count(*) filter (paydays > 1) as paydays,
  count(*) filter (paydays > 1 and is_repeated) as repeated,
  count(*) filter (is_irregular) as irregular,
  count(*) filter (is_irregular and share_swept >= 0.97) as swept_whole
from judged
group by user_id
order by user_id
