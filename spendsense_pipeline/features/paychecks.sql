-- Every deposit of earned income up to as_of: a gap may have begun before the window.
with earned as (
  select
    account.user_no,
    row_.date,
    cast(row_.amount * 100 as bigint) as cents,
    coalesce(row_.category_detailed, named.category_detailed) as code
  from raw_transactions as row_
  join _measured_accounts as account on account.account_id = row_.account_id
  -- (A null key is not looked up: only rows without a clear category cost a look at their name.)
  left join _named_categories as named
    on named.description_key = case
      when row_.category_detailed is null then concat_ws(
        '|',
        case when row_.amount > 0 then 'out' when account.is_card then 'card in' else 'in' end,
        coalesce(row_.category_detailed, row_.category_primary, ''),
        coalesce(row_.merchant_name, ''),
        row_.name
      )
    end
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
