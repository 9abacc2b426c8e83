-- Every transaction once, however many exports hold it. Within one export equal rows are as many
-- transactions; between exports the n-th of equal rows is the same one. An identifier of theirs
-- says so itself, unless one export gives it to different rows, or exports that have days and rows
-- in common never agree on one: then the bank makes new ones for each download.
with
keyed as (
  select
    arrived.*,
    coalesce(try_cast(amount as decimal(18, 2))::varchar, amount) as plain_amount,
    max(date) over (partition by account_id, _file) as export_until,
    max(date) over (partition by account_id) as account_until
  from arrived
),

current_rows as (
  -- What was pending in an older export has posted or gone.
  select keyed.*
  from keyed
  where pending is distinct from 'true' or export_until = account_until
),

identified_rows as (
  select
    current_rows.*,
    min(_file) over (partition by account_id, date, plain_amount, name) as first_file
  from current_rows
  where _their_id is not null
),

shared_rows as (
  select
    account_id,
    list_has_any(
      list(_their_id) filter (where _file = first_file),
      list(_their_id) filter (where _file <> first_file)
    ) as is_agreed
  from identified_rows
  group by account_id, date, plain_amount, name
  having count(distinct _file) > 1
),

-- A single row may stand on both sides of the day on which two exports meet.
passing_ids as (
  select account_id
  from shared_rows
  group by account_id
  having count(*) > 2 and not bool_or(is_agreed)
),

reused_ids as (
  select
    account_id,
    _their_id
  from current_rows
  where _their_id is not null
  group by account_id, _their_id, _file
  having min(date) <> max(date) or min(plain_amount) <> max(plain_amount)
),

told as (
  select
    current_rows.* exclude (_their_id),
    case when passing_ids.account_id is null then current_rows._their_id end as _their_id,
    passing_ids.account_id is not null as has_passing_ids
  from current_rows
  left join passing_ids on current_rows.account_id = passing_ids.account_id
),

numbered as (
  select
    told.*,
    row_number() over (
      partition by account_id, date, plain_amount, name, _file
      order by _line
    ) as occurrence,
    _their_id is not null and (account_id, _their_id) in (
      select (account_id, _their_id)
      from reused_ids
    ) as is_reused
  from told
),

identified as (
  select
    numbered.*,
    case
      when _their_id is not null and not is_reused then _their_id
      when _their_id is not null
      then concat(
          _their_id, '-', left(sha256(concat_ws(chr(31), date, plain_amount, name)), 8)
        )
      else left(
          sha256(
            concat_ws(chr(31), account_id, date, plain_amount, name, occurrence)
          ), 16
        )
    end as identity
  from numbered
)

select identified.*
from identified
qualify
  row_number() over (
    partition by account_id, identity
    order by pending = 'true', export_until desc, _file, _line
  ) = 1
