-- Last reading: a series that moved from one account to another half-way.
with lines as (
  select groups.group_no, account.user_no, groups.merchant_no, groups.kind, groups.is_inflow
  from _groups as groups
  join _measured_accounts as account on account.account_no = groups.account_no
  where list_contains($moving_kinds, groups.kind)
),
moved as (
  select
    user_no,
    merchant_no,
    kind,
    is_inflow,
    max(group_no) as group_no,
    row_number() over (order by user_no, merchant_no, kind, is_inflow) as piece_no
  from lines
  group by user_no, merchant_no, kind, is_inflow
  having count(*) > 1
    -- What runs on one account needs no other.
    and not bool_or(
      group_no in (
        select found.group_no from _found as found
        where found.is_active and found.status = 'MATURE'
      )
    )
)
select moved.piece_no, moved.group_no, charge.date, charge.cents, charge.transaction_id
from moved
join lines
  on lines.user_no = moved.user_no
  and lines.merchant_no = moved.merchant_no
  and lines.kind = moved.kind
  and lines.is_inflow = moved.is_inflow
join _charges as charge on charge.group_no = lines.group_no
