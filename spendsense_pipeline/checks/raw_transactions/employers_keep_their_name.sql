-- A person is paid by at most three employers over the history, and each writes the same name every time.
with paycheck as (
  select
    row.user_id,
    coalesce(row.merchant_name, row.name) as employer,
    row.name
  from raw_transactions as row
  join raw_accounts as account on account.account_id = row.account_id
  where not row.pending
    and account.type = 'depository'
    and row.category_detailed in (
      'INCOME_WAGES', 'INCOME_SALARY', 'INCOME_GIG_ECONOMY', 'INCOME_CONTRACTOR'
    )
)
select
  user_id,
  count(*) as paychecks,
  count(distinct employer) as employers,
  count(distinct name) as names
from paycheck
group by user_id
having count(distinct employer) > 3 or count(distinct name) > count(distinct employer)
