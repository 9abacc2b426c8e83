-- The sum of an account's rows up to $as_of, where one of them opens it: money held, or owed.
select
  account_id,
  sum(try_cast(amount as decimal(18, 2)))::varchar as money_out
from occurrences
where pending is distinct from 'true' and try_cast(date as date) <= $as_of
group by account_id
having bool_or(_opening)
