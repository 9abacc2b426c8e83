-- Per person: everyday purchases by what they cost, how they are paid, where and when they post.
with card_use as (
  select account_id, balance_current / balance_limit >= 0.5 as is_high
  from raw_accounts
  where type = 'credit' and balance_limit > 0
),
purchase as (
  select
    purchase.*,
    purchase.posted_on - purchase.date as lag_days,
    purchase.payment_channel = 'in store' as is_in_store,
    purchase.account_type = 'credit' as is_credit,
    card_use.is_high
  from _checks_everyday_purchases as purchase
  left join card_use on card_use.account_id = purchase.account_id
  where purchase.spending_category <> 'cash'
),
person as (
  select
    user_id,
    count(*) as purchases,
    count(*) filter (cents < 100) as under_dollar,
    count(*) filter (is_high) as high_use,
    count(*) filter (is_high and cents < 100) as high_use_under_dollar,
    count(*) filter (not is_high) as other_card,
    count(*) filter (not is_high and cents < 100) as other_card_under_dollar,
    count(*) filter (category_detailed = $coffee) as coffees,
    max(cents) filter (category_detailed = $coffee) as coffee_cents,
    sum(cents) filter (category_detailed = $coffee) / 100 as coffees_usd,
    count(*) filter (category_detailed = $fast_food) as meals,
    max(cents) filter (category_detailed = $fast_food) as meal_cents,
    sum(cents) filter (category_detailed = $fast_food) / 100 as meals_usd,
    count(*) filter (category_detailed = $fuel) as fills,
    max(cents) filter (category_detailed = $fuel) as fill_cents,
    sum(cents) filter (category_detailed = $fuel) / 100 as fills_usd,
    count(*) filter (category_detailed = $fuel and cents > 11000) as large_fills,
    count(*) filter (is_credit) as on_credit,
    count(*) filter (not is_credit) as on_debit,
    sum(cents) filter (is_credit) as credit_cents,
    sum(cents) filter (not is_credit) as debit_cents,
    count(*) filter (is_in_store and not is_credit) as in_store_debit,
    count(*) filter (is_in_store and not is_credit and lag_days >= 2) as in_store_debit_late,
    sum(cents) filter (category_detailed = $groceries) as grocery_cents,
    sum(cents) filter (category_detailed = $groceries) / 100 as baskets_usd,
    count(*) filter (category_detailed = $groceries) as baskets,
    count(*) filter (cents % 100 = 0) as whole_dollars,
    count(*) filter (cents % 100 = 99) as ninety_nines,
    count(*) filter (isodow(date) >= 5) as from_friday,
    count(*) filter (isodow(date) < 5) as to_thursday,
    count(*) filter (isodow(posted_on) >= 6) as posted_at_weekends,
    count(*) filter (isodow(posted_on) < 6) as posted_on_weekdays
  from purchase
  group by user_id
)
select
  person.*,
  who.household_type,
  exists(
    select 1 from raw_accounts as card
    where card.user_id = person.user_id and card.type = 'credit'
  ) as has_card
from person
join raw_users as who on who.user_id = person.user_id
order by person.user_id
