-- Accounts, window, opening balance, row count and sum for features of too many rows to list.
with
activity as (
  select w.window_days, r.account_no, count(*) as row_count
  from _evidence_rows as r
  join (select unnest($windows) as window_days) as w on r.date > $as_of - w.window_days
  where r.is_checking
  group by all
),
primary_checking as (
  select
    w.window_days, a.user_id,
    first(a.account_no order by coalesce(t.row_count, 0) desc, a.account_id) as account_no
  from _measured_accounts as a
  cross join (select unnest($windows) as window_days) as w
  left join activity as t on t.account_no = a.account_no and t.window_days = w.window_days
  where a.is_checking
  group by all
),
scopes as (
  select user_id, window_days, account_no, 'primary_checking' as scope from primary_checking
  union all
  select a.user_id, w.window_days, a.account_no, s.scope
  from _measured_accounts as a
  cross join (select unnest($windows) as window_days) as w
  cross join (select unnest(['checking', 'savings', 'spending']) as scope) as s
  where (s.scope = 'checking' and a.is_checking) or (s.scope = 'savings' and a.is_savings)
    or s.scope = 'spending'
),
referred as (
  select
    n.user_id, n.window_days, n.feature, p.rows_counted, a.account_no, a.account_id, a.balance_cents
  from _evidence_needed as n
  join _proofs as p using (feature)
  join scopes as s
    on s.user_id = n.user_id and s.window_days = n.window_days and s.scope = p.scope
  join _measured_accounts as a on a.account_no = s.account_no
),
marked as (
  select
    f.window_days, f.feature, f.account_no, r.cents,
    case f.rows_counted when 'spend' then r.spend_cents else r.cents end as counted_cents,
    case f.rows_counted
      when 'all' then true
      when 'spend' then r.spend_cents <> 0
      when 'without interest and own moves' then r.is_savings_flow
    end as is_counted
  from referred as f
  join _evidence_rows as r
    on r.account_no = f.account_no and r.date > $as_of - f.window_days
),
sums as (
  -- every row moves the balance; only the rows counted are in row_count and sum
  select
    window_days, feature, account_no, sum(cents) as moved_cents,
    count(*) filter (is_counted) as row_count, sum(counted_cents) filter (is_counted) as sum_cents
  from marked
  group by all
)
select
  f.user_id, f.window_days, f.feature, f.rows_counted,
  list(f.account_id order by f.account_id) as accounts,
  case when count(*) = count(f.balance_cents)
    then cast(sum(f.balance_cents + coalesce(s.moved_cents, 0)) as bigint)
  end as opening_cents,
  cast(sum(coalesce(s.row_count, 0)) as bigint) as row_count,
  cast(sum(coalesce(s.sum_cents, 0)) as bigint) as sum_cents
from referred as f
left join sums as s using (window_days, feature, account_no)
group by all
