-- Merchants: every way one is written, and the number that stands for all of them.
with written as (
  select
    identity.writing,
    identity.is_name,
    coalesce(wording.one_key, identity.merchant_key) as merchant_key
  from _identities as identity
  left join _wordings as wording
    on identity.is_name
    and wording.user_no = identity.user_no and wording.merchant_key = identity.merchant_key
  union all
  select distinct merchant_entity_id, false, merchant_entity_id
  from _entities
)
select
  writing,
  is_name,
  merchant_key,
  cast(dense_rank() over (order by is_name, merchant_key) as bigint) as merchant_no
from written
