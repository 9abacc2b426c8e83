-- Escrow is what was held when the history began and is put in with each payment, less what was
-- paid out; there is enough for it, and other loans have none.
with collected as (
  select row.account_id, sum(row.amount) as collected_usd
  from raw_transactions as row
  where not row.pending and row.amount > 0 and row.category_detailed = $mortgage
  group by row.account_id
)
select
  loan.account_id,
  loan.kind,
  loan.escrow_opening_usd,
  collected.collected_usd,
  loan.escrow_paid_out_usd,
  loan.escrow_balance_usd
from raw_loans as loan
left join collected on collected.account_id = loan.account_id
where case
    when loan.kind = 'mortgage'
    then loan.escrow_balance_usd is null
      or loan.escrow_balance_usd < 0
      or loan.escrow_paid_out_usd < 0
      or loan.escrow_opening_usd + coalesce(collected.collected_usd, 0)
      - loan.escrow_paid_out_usd
      <> loan.escrow_balance_usd
    else
      coalesce(loan.escrow_balance_usd, loan.escrow_opening_usd, loan.escrow_paid_out_usd)
      is not null
  end
