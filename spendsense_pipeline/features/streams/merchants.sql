-- Merchants: every way one is written, and the number that stands for all of them.
with written as (
  select
    coalesce(row_.merchant_entity_id, row_.merchant_name, row_.name) as text,
    bool_and(row_.merchant_entity_id is null) as is_name
  from raw_transactions as row_
  join _measured_accounts as account on account.account_id = row_.account_id
  where row_.user_id between $first_id and $last_id and not row_.pending and row_.date > $as_of - $longest_lookback and row_.date <= $as_of
  group by text
),
cleaned as (
  select
    text,
    is_name,
    -- Store numbers, authorisation codes, telephone numbers and dates all hold digits: such words go.
    trim(regexp_replace(regexp_replace(lower(text), '\S*[0-9]\S*', ' ', 'g'), '[^a-z]+', ' ', 'g')) as letters
  from written
),
keyed as (
  select
    text,
    is_name,
    case when not is_name then text when letters = '' then lower(text) else letters end as merchant_key
  from cleaned
)
select
  text,
  is_name,
  merchant_key,
  cast(dense_rank() over (order by is_name, merchant_key) as bigint) as merchant_no
from keyed
