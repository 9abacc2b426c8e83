-- Per person: purchases in a city, those away from the home city, and trips that were paid for.
-- Home is where somebody buys most, over the history or in the quarter (people move).
with bought as (
  select user_id, city, state, date, merchant_name, category_detailed
  from _checks_everyday_purchases
),
place as (
  select user_id, city || ', ' || state as place, date, date_trunc('quarter', date) as quarter
  from bought
  where city is not null
),
counted as (
  select user_id, quarter, place, count(*) as purchases
  from place
  group by user_id, quarter, place
),
usual as (
  select user_id, arg_max(place, (purchases, place)) as home
  from (
    select user_id, place, sum(purchases) as purchases from counted
    group by user_id, place
  )
  group by user_id
),
usual_by_quarter as (
  select user_id, quarter, arg_max(place, (purchases, place)) as home
  from counted
  group by user_id, quarter
),
located as (
  select
    place.user_id,
    place.date,
    place.place not in (usual.home, usual_by_quarter.home) as is_away
  from place
  join usual on usual.user_id = place.user_id
  join usual_by_quarter
    on usual_by_quarter.user_id = place.user_id and usual_by_quarter.quarter = place.quarter
),
here as (
  select user_id, count(*) as located, count(*) filter (is_away) as away
  from located
  group by user_id
),
away as (
  select distinct user_id, date from located
  where is_away
),
-- A journey is booked up to two months ahead, so the last months cannot tell.
booking as (
  select
    bought.user_id,
    exists(
      select 1 from away
      where away.user_id = bought.user_id
        and away.date between bought.date - 14 and bought.date + 75
    ) as is_followed
  from bought
  where list_contains($journeys, bought.category_detailed)
    and bought.date <= $as_of - 75
),
travel as (
  select user_id, count(*) as bookings, count(*) filter (is_followed) as followed
  from booking
  group by user_id
)
select
  who.user_id,
  coalesce(here.located, 0) as located,
  coalesce(here.away, 0) as away,
  coalesce(travel.bookings, 0) as bookings,
  coalesce(travel.followed, 0) as followed
from raw_users as who
left join here on here.user_id = who.user_id
left join travel on travel.user_id = who.user_id
where who.user_id <= $last_person
order by who.user_id
