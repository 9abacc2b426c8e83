-- Merchants: every way one is written, and the number that stands for all of them.
with written as (
  select
    coalesce(merchant_entity_id, merchant_name, name) as text,
    bool_and(merchant_entity_id is null) as is_name
  from _measured_rows
  where date > $as_of - $longest_lookback
  group by text
),
cleaned as (
  select
    text,
    is_name,
    -- Store numbers, authorisation codes, telephone numbers and dates all hold digits: such words
    -- go.
    trim(
      regexp_replace(regexp_replace(lower(text), '\S*[0-9]\S*', ' ', 'g'), '[^a-z]+', ' ', 'g')
    ) as letters
  from written
  -- The payee of a check is unknown: its row names nobody, and two checks never make a series.
  where not (is_name and regexp_full_match(lower(text), $check_wording))
),
keyed as (
  select
    text,
    is_name,
    case when not is_name then text when letters = '' then lower(text) else letters end
      as merchant_key
  from cleaned
)
select
  text,
  is_name,
  merchant_key,
  cast(dense_rank() over (order by is_name, merchant_key) as bigint) as merchant_no
from keyed
