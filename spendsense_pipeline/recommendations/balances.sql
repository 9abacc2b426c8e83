-- What the people at hand owe on cards and have in checking; which products they hold is added.
select
  account.user_id,
  -- One unknown balance leaves the sum unknown.
  case
    when bool_and(account.balance_current is not null) filter (account.type = 'credit')
    then cast(sum(account.balance_current) filter (account.type = 'credit') as double)
  end as card_debt_usd,
  case
    when
      bool_and(account.balance_current is not null)
      filter (list_contains($checking_subtypes, account.subtype))
    then
      cast(
        sum(account.balance_current) filter (list_contains($checking_subtypes, account.subtype))
        as double
      )
  end as checking_balance_usd
from raw_accounts as account
join _advice_people as person on person.user_id = account.user_id
where account.holder_category is distinct from 'business'
group by account.user_id
