-- Since when there are rows of everybody, dated like them: from history_start on, or from their
-- own first posted row on a measured account.
with first_row as (
  select row_.user_id, min(row_.date) as date
  from now.raw_transactions as row_
  join now.raw_accounts as account on account.account_id = row_.account_id
  where $history_start is null
    and not row_.pending
    and account.holder_category is distinct from 'business'
    and list_contains($measured_types, account.type)
  group by row_.user_id
)
select
  copy.user_no,
  coalesce(cast($history_start as date), first_row.date) + copy.shift_days as date
from _measured_users as copy
left join first_row on first_row.user_id = copy.now_user_id
where coalesce(cast($history_start as date), first_row.date) <= copy.as_of
