-- Per person: card payments out of the bank, and those under the name that most people's bear.
with payment as (
  select row.user_id, row.name
  from raw_transactions as row
  where row.user_id <= $last_person
    and not row.pending
    and row.amount > 0
    and row.category_detailed = $card_payment
),
usual as (
  select name from payment
  group by name
  order by count(*) desc, name
  limit 1
)
select
  user_id,
  count(*) as payments,
  count(*) filter (name = (select name from usual)) as under_usual_name
from payment
group by user_id
order by user_id
