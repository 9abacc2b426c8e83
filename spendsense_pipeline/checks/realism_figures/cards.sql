-- Per credit card: its use, its terms beside its product's, its statements beside one another.
with cycle as (
  select
    account_id,
    purchases,
    payments,
    previous_balance,
    row_number() over (partition by account_id order by issued_on) as place
  from card_statements
),
statement as (
  select
    account_id,
    count(*) as cycles,
    count(*) filter (purchases > 0) > count(distinct purchases) filter (purchases > 0)
      as has_equal_cycles,
    bool_or(place = 1 and previous_balance > 0) as has_first,
    bool_or(place = 1 and previous_balance > 0 and payments > 0) as has_first_paid
  from cycle
  group by account_id
),
elsewhere as (
  select
    purchase.account_id,
    count(*) as purchases,
    count(*) filter (not list_contains(terms.stores, purchase.merchant_name)) as elsewhere
  from _checks_everyday_purchases as purchase
  join raw_accounts as card on card.account_id = purchase.account_id
  join _checks_card_terms as terms on terms.official_name = card.official_name
  where terms.stores is not null
  group by purchase.account_id
)
select
  card.account_id,
  card.user_id,
  exists(
    select 1 from raw_transactions as row
    where row.account_id = card.account_id and row.category_detailed = $card_interest
  ) as is_charged,
  card.balance_current::double / card.balance_limit::double as utilization,
  coalesce(liability.is_overdue, false) as is_overdue,
  card.account_id in (select account_id from _checks_minimum_payers)
  and not coalesce(liability.is_overdue, false) as pays_minimum,
  coalesce(statement.cycles, 0) as cycles,
  coalesce(statement.has_equal_cycles, false) as has_equal_cycles,
  coalesce(statement.has_first, false) as has_first,
  coalesce(statement.has_first_paid, false) as has_first_paid,
  -- Whatever the birthday: too young even if it is tomorrow.
  card.opened_on < $history_start - cast(floor((who.age - 17) * 365.2425) as integer)
    as is_too_early,
  terms.official_name is not null as is_known,
  card.balance_limit not between terms.limit_least_usd and terms.limit_most_usd as is_limit_outside,
  liability.apr_percentage > 0
  and coalesce(liability.apr_type, '') <> 'special' as has_rate,
  liability.apr_percentage > 0
  and coalesce(liability.apr_type, '') <> 'special'
  and liability.apr_percentage not between terms.apr_least and terms.apr_most as is_rate_outside,
  coalesce(elsewhere.purchases, 0) as store_purchases,
  coalesce(elsewhere.elsewhere, 0) as is_elsewhere
from raw_accounts as card
join raw_users as who on who.user_id = card.user_id
left join statement on statement.account_id = card.account_id
left join _checks_card_terms as terms on terms.official_name = card.official_name
left join raw_liabilities as liability on liability.account_id = card.account_id
left join elsewhere on elsewhere.account_id = card.account_id
where card.type = 'credit' and card.user_id <= $last_person and card.balance_limit > 0
order by card.account_id
