-- The sum of an account's rows up to $as_of, and whether one of them opens it.
select
  account_id,
  sum(try_cast(amount as decimal(18, 2)))::varchar as money_out,
  bool_or(_opening) as is_opened
from occurrences
where pending is distinct from 'true' and try_cast(date as date) <= $as_of
group by account_id
