-- One person's writings of a merchant, with what is known of it on another of their rows: its name,
-- where only some rows have one, and its id, where it came later.
with spelled as (
  select
    writing.*,
    given.merchant_key as given_key,
    bare.merchant_key as name_key,
    coalesce(given.is_brand, bare.is_brand) as is_brand
  from _writings as writing
  join _spellings as bare on bare.text = writing.name
  left join _spellings as given on given.text = writing.merchant_name
  where not coalesce(given.is_check, bare.is_check) and not bare.is_check
),
names as (
  select user_no, name_key, any_value(given_key) as given_key
  from spelled
  where given_key is not null
  group by user_no, name_key
  -- A name that several merchants come under, such as a payment service's, is none of theirs.
  having count(distinct given_key) = 1
    and (
      contains(replace(name_key, ' ', ''), left(replace(any_value(given_key), ' ', ''), 4))
      or not list_contains($everyday_words, split_part(name_key, ' ', 1))
    )
),
named as (
  select
    spelled.*,
    coalesce(spelled.given_key, names.given_key, spelled.name_key) as merchant_key
  from spelled
  left join names on names.user_no = spelled.user_no and names.name_key = spelled.name_key
),
entity_texts as (
  -- As rows, each text once: joined by "in", every entity meets every spelling.
  select
    merchant_entity_id,
    name,
    unnest(list_distinct([merchant_name, name])) as text
  from _entities
),
entity_keys as (
  select
    entity.merchant_entity_id,
    entity.name,
    spelling.merchant_key
  from entity_texts as entity
  join _spellings as spelling on spelling.text = entity.text
  -- Of others nobody asks.
  where spelling.merchant_key in (select named.merchant_key from named)
),
ids as (
  select
    row_.user_no,
    entity.merchant_key,
    any_value(row_.merchant_entity_id) as merchant_entity_id
  from _measured_rows as row_
  join entity_keys as entity
    on entity.merchant_entity_id = row_.merchant_entity_id and entity.name = row_.name
  where row_.date > $as_of - $longest_lookback
  group by row_.user_no, entity.merchant_key
  having count(distinct row_.merchant_entity_id) = 1
)
select
  named.user_no,
  named.writing,
  named.charge_count,
  named.cents,
  named.first_date,
  named.last_date,
  named.is_brand,
  ids.merchant_entity_id is null as is_name,
  coalesce(
    ids.merchant_entity_id,
    -- Written together or apart, it is one name.
    first_value(named.merchant_key) over (
      partition by named.user_no, replace(named.merchant_key, ' ', '')
      order by length(named.merchant_key) desc, named.merchant_key
    )
  ) as merchant_key
from named
left join ids on ids.user_no = named.user_no and ids.merchant_key = named.merchant_key
