-- One row per transfer_id: its posted legs, whose they are, and which of them are card payments.
select
  row.transfer_id,
  count(*) as legs,
  cast(sum(row.amount) * 100 as bigint) as total_cents,
  min(row.date) as first_date,
  max(row.date) as last_date,
  min(account.account_number) <> max(account.account_number) as has_two_accounts,
  min(account.user_id) = max(account.user_id) as is_one_person,
  count(*) filter (account.type = 'credit') as card_legs,
  count(*) filter (row.category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT') as payment_legs,
  count(*) filter (
    row.category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT'
    and account.type = 'depository'
    and row.amount > 0
  ) as legs_out_of_depository,
  count(*) filter (
    row.category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT'
    and account.type = 'credit'
    and row.amount < 0
  ) as legs_onto_card
from raw_transactions as row
join _checks_accounts as account on account.account_id = row.account_id
where row.transfer_id is not null and not row.pending
group by row.transfer_id
