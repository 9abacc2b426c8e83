-- Transfers that are not plainly two equal and opposite legs of one person on one day; where a card
-- has part in it, a payment out of a bank account and onto the card. The promises' own queries
-- say what is wrong with them, so these few are described in full.
with leg as (
  select
    row.transfer_id,
    row.amount,
    row.date,
    account.account_number,
    account.user_number,
    -- 0: no card has part in it; 1: a payment leaves the bank; 2: it arrives on the card; 3:
    -- neither
    case
      when row.category_detailed = $card_payment then
        case
          when account.type = 'depository' and row.amount > 0 then 1
          when account.type = 'credit' and row.amount < 0 then 2
          else 3
        end
      when account.type = 'credit' then 3
      else 0
    end as part
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where row.transfer_id is not null and not row.pending
),
doubtful as (
  select transfer_id
  from leg
  group by transfer_id
  having (
    count(*) = 2
    and sum(amount) = 0
    and max(date) = min(date)
    and min(account_number) <> max(account_number)
    and min(user_number) = max(user_number)
    and (max(part) = 0 or (min(part) = 1 and max(part) = 2))
  ) is not true
)
select
  row.transfer_id,
  count(*) as legs,
  cast(sum(row.amount) * 100 as bigint) as total_cents,
  min(row.date) as first_date,
  max(row.date) as last_date,
  max(day.business_day) - min(day.business_day) as business_days,
  max(today.business_day) - min(day.business_day) as business_days_since,
  arg_min(row.amount, row.date) > 0 as leaves_first,
  count(distinct account.institution_id) as institutions,
  min(account.account_number) <> max(account.account_number) as has_two_accounts,
  min(account.user_id) = max(account.user_id) as is_one_person,
  min(account.user_id) as user_id,
  count(*) filter (account.type = 'credit') as card_legs,
  count(*) filter (row.category_detailed = $card_payment) as payment_legs,
  count(*) filter (
    row.category_detailed = $card_payment
    and account.type = 'depository'
    and row.amount > 0
  ) as legs_out_of_depository,
  count(*) filter (
    row.category_detailed = $card_payment
    and account.type = 'credit'
    and row.amount < 0
  ) as legs_onto_card
from raw_transactions as row
semi join doubtful on doubtful.transfer_id = row.transfer_id
join _checks_accounts as account on account.account_id = row.account_id
join _checks_bank_days as day on day.date = row.date
join _checks_bank_days as today on today.date = $as_of
where not row.pending
group by row.transfer_id
