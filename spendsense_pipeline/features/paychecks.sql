-- Every deposit of earned income up to as_of: a gap may have begun before the window.
with earned as (
  select
    account.user_no,
    row_.date,
    cast(row_.amount * 100 as bigint) as cents,
    coalesce(row_.category_detailed, named.category_detailed) as code
  from raw_transactions as row_
  join _measured_accounts as account on account.account_id = row_.account_id
  left join _named_categories as named
    on row_.category_detailed is null
    and named.name = row_.name
    and named.merchant_name is not distinct from row_.merchant_name
    and named.given is not distinct from row_.category_primary
    and named.side = 'in'
  where row_.user_id between $first_id and $last_id
    and account.is_depository
    and not row_.pending
    and row_.date <= $as_of
    and row_.amount < 0
    and (row_.category_detailed is null or list_contains($earned_income, row_.category_detailed))
)
select user_no, date, cents
from earned
where list_contains($earned_income, code)
