-- Per person: refunds, those that give back a purchase whole, and those onto a credit card.
with refund as (
  select
    row.user_id,
    row.account_id,
    row.merchant_name,
    row.date,
    -row.amount as amount,
    account.type = 'credit' as is_on_credit
  from raw_transactions as row
  join raw_accounts as account on account.account_id = row.account_id
  where row.user_id <= $last_person
    and not row.pending
    and row.amount < 0
    and row.merchant_name is not null
    and account.holder_category is distinct from 'business'
    and not list_contains($not_refunds, row.category_primary)
),
judged as (
  select
    refund.*,
    exists(
      select 1 from raw_transactions as bought
      where bought.account_id = refund.account_id
        and bought.merchant_name = refund.merchant_name
        and bought.amount = refund.amount
        and bought.date between refund.date - 120 and refund.date
    ) as is_full
  from refund
)
select
  user_id,
  count(*) as refunds,
  count(*) filter (is_full) as in_full,
  count(*) filter (is_on_credit) as on_credit
from judged
group by user_id
order by user_id
