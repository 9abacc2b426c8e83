-- A loan says its latest payment, when the next is due, and what was paid in as_of's year, as its
-- rows do (where the history covers the year).
with paid as (
  select
    row.account_id,
    max(row.date) filter (row.amount < 0) as last_date,
    sum(row.amount) filter (
      row.category_detailed = $card_interest and row.date >= date_trunc('year', $as_of)
    ) as interest_usd,
    -sum(row.amount) filter (row.date >= date_trunc('year', $as_of)) as principal_usd
  from raw_transactions as row
  join raw_loans as loan on loan.account_id = row.account_id
  where not row.pending
  group by row.account_id
)
select
  loan.account_id,
  loan.last_payment_date,
  loan.last_payment_amount_usd,
  loan.next_payment_due_date,
  loan.ytd_interest_paid_usd,
  loan.ytd_principal_paid_usd,
  paid.interest_usd,
  paid.principal_usd
from raw_loans as loan
join raw_accounts as account on account.account_id = loan.account_id
left join paid on paid.account_id = loan.account_id
where loan.last_payment_date is distinct from paid.last_date
  or (
    loan.last_payment_date is not null
    and not exists (
      select 1 from raw_transactions as row
      where row.account_id = loan.account_id
        and row.date = loan.last_payment_date
        and row.amount = -loan.last_payment_amount_usd
    )
  )
  or loan.next_payment_due_date not between $as_of + 1 and $as_of + 31
  or (loan.next_payment_due_date is null) <> (account.balance_current = 0)
  or (
    date_trunc('year', $as_of) >= $history_start
    and (
      loan.ytd_interest_paid_usd <> coalesce(paid.interest_usd, 0)
      or loan.ytd_principal_paid_usd <> coalesce(paid.principal_usd, 0)
    )
  )
