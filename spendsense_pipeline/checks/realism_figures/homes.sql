-- Per person: what they pay for their home and when, whether it changed, and whether they moved.
with housing as (
  select
    row.user_id,
    row.merchant_name,
    row.category_detailed = $rent as is_rent,
    row.date,
    row.amount
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where row.user_id <= $last_person
    and not row.pending
    and row.amount > 0
    and not account.is_business
    and account.type <> 'loan'
    and (row.category_detailed = $rent or row.category_detailed = $mortgage)
),
payee as (
  select
    user_id,
    merchant_name,
    is_rent,
    count(*) as payments,
    max(date) - min(date) > 330 as is_long,
    median(amount) filter (date < $history_start + 90)
    <> median(amount) filter (date > $as_of - 90) as has_changed
  from housing
  group by user_id, merchant_name, is_rent
),
person as (
  select
    user_id,
    count(*) as payees,
    bool_or(is_rent) as has_rent,
    bool_or(not is_rent) as has_mortgage,
    count(*) filter (is_rent and is_long) as long_rents,
    count(*) filter (is_rent and is_long and has_changed) as changed_rents
  from payee
  where payments >= 2
  group by user_id
),
due as (
  select
    user_id,
    count(*) as rents,
    count(*) filter (day(date) >= 28 or day(date) <= 5) as at_the_turn,
    count(*) filter (day(date) <= 3) as on_the_first
  from housing
  where is_rent
  group by user_id
),
visited as (
  select
    user_id,
    city,
    count(*) filter (date < $history_start + 120) as early,
    count(*) filter (date > $as_of - 120) as late
  from _checks_everyday_purchases
  where city is not null
  group by user_id, city
),
city as (
  select
    user_id,
    arg_max(city, (early, city)) as first_city,
    arg_max(city, (late, city)) as last_city
  from visited
  group by user_id
)
select
  who.user_id,
  coalesce(person.has_rent, false) as has_rent,
  coalesce(person.has_mortgage, false) as has_mortgage,
  coalesce(person.long_rents, 0) as long_rents,
  coalesce(person.changed_rents, 0) as changed_rents,
  coalesce(due.rents, 0) as rents,
  coalesce(due.at_the_turn, 0) as at_the_turn,
  coalesce(due.on_the_first, 0) as on_the_first,
  coalesce(person.payees > 1 or city.first_city <> city.last_city, false) as has_moved
from raw_users as who
left join person on person.user_id = who.user_id
left join due on due.user_id = who.user_id
left join city on city.user_id = who.user_id
where who.user_id <= $last_person
order by who.user_id
