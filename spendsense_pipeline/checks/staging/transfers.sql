-- Transfers that are not plainly two equal and opposite legs of one person, and of those that touch a
-- card, a payment out of a bank account onto the card. The promises' own queries say what is wrong.
with leg as (
  select
    row.transfer_id,
    row.amount,
    row.date,
    account.account_number,
    account.user_number,
    account.type = 'credit' as is_card,
    row.category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT' as is_payment,
    account.type = 'depository' and row.amount > 0 as leaves_a_bank,
    account.type = 'credit' and row.amount < 0 as arrives_on_card
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where row.transfer_id is not null and not row.pending
),
transfer as (
  select
    transfer_id,
    count(*) as legs,
    sum(amount) as total,
    min(date) as first_date,
    max(date) as last_date,
    min(account_number) <> max(account_number) as has_two_accounts,
    min(user_number) = max(user_number) as is_one_person,
    count(*) filter (is_card) as card_legs,
    count(*) filter (is_payment) as payment_legs,
    count(*) filter (is_payment and leaves_a_bank) as legs_out_of_depository,
    count(*) filter (is_payment and arrives_on_card) as legs_onto_card
  from leg
  group by transfer_id
)
select
  transfer_id,
  legs,
  cast(total * 100 as bigint) as total_cents,
  first_date,
  last_date,
  has_two_accounts,
  is_one_person,
  card_legs,
  payment_legs,
  legs_out_of_depository,
  legs_onto_card
from transfer
where (
    legs = 2
    and total = 0
    and last_date - first_date <= 2
    and has_two_accounts
    and is_one_person
    and ((card_legs = 0 and payment_legs = 0) or (legs_out_of_depository = 1 and legs_onto_card = 1))
  ) is not true
