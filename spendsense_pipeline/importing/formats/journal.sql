-- A journal names two accounts in a row: a row of each of the two that is the holder's own.
with
journals as (
  select
    journal.*,
    lower(coalesce(journal.type, '')) as movement,
    ltrim(journal.amount, '+-') as size,
    regexp_matches(lower(journal.source_type), '^(asset|default|debt|loan|mortgage|credit)')
      as is_source_own,
    regexp_matches(lower(journal.destination_type), '^(asset|default|debt|loan|mortgage|credit)')
      as is_destination_own
  from journal
),

-- An older export does not say what the accounts are; the movement does.
known as (
  select
    journals.*,
    coalesce(is_source_own, movement in ('withdrawal', 'transfer')) as leaves_own,
    coalesce(is_destination_own, movement in ('deposit', 'transfer', 'opening balance'))
      as reaches_own
  from journals
),

legs as (
  select
    known.*,
    source_name as own_name,
    source_type as own_type,
    destination_name as counterparty,
    reaches_own as is_transfer,
    '-' || size as signed,
    'source' as side
  from known
  where leaves_own
  union all
  select
    known.*,
    destination_name as own_name,
    destination_type as own_type,
    source_name as counterparty,
    leaves_own as is_transfer,
    size as signed,
    'destination' as side
  from known
  where reaches_own
)

select
  legs.* exclude (
    movement, size, is_source_own, is_destination_own, leaves_own, reaches_own, own_name, own_type,
    counterparty, is_transfer, signed, side
  ) replace (
    own_name as account_name,
    own_type as account_type,
    case when is_transfer then counterparty end as other_account,
    case when not is_transfer then counterparty end as counterparty_name,
    signed as signed_amount,
    left(date, 10) as date,
    concat(_row, case when leaves_own and reaches_own then ' (' || side || ')' else '' end) as _row
  )
from legs
