-- Keys of one person's merchants that are one merchant, worded differently: a code that differs on
-- every charge, or a place, a form, an address after the same first words.
with every_key as (
  select
    user_no,
    merchant_key,
    cast(sum(charge_count) as bigint) as charge_count,
    cast(sum(cents) as bigint) as cents,
    min(first_date) as first_date,
    max(last_date) as last_date
  from _identities
  where is_name and not is_brand
  group by user_no, merchant_key
),
split_keys as (
  -- Once for all who have it.
  select
    merchant_key,
    unnest(
      list_distinct(
        list_filter(
          string_split(merchant_key, ' '),
          lambda word: length(word) > 2 and not list_contains($everyday_words, word)
        )
      )
    ) as word
  from (select distinct merchant_key from every_key)
),
telling_words as (
  select every_key.user_no, every_key.merchant_key, split_keys.word
  from every_key
  join split_keys on split_keys.merchant_key = every_key.merchant_key
),
keys as (
  -- Only those that share a word that tells; of the others there is nothing to compare.
  select every_key.*
  from every_key
  semi join (
    select user_no, merchant_key
    from telling_words
    qualify count(*) over (partition by user_no, word) > 1
  ) as shared on shared.user_no = every_key.user_no and shared.merchant_key = every_key.merchant_key
),
words as (
  select
    user_no,
    merchant_key,
    charge_count,
    unnest(string_split(merchant_key, ' ')) as word,
    generate_subscripts(string_split(merchant_key, ' '), 1) as position
  from keys
),
counted as (
  select
    *,
    sum(charge_count) over (partition by user_no, word) = 1 as is_once,
    length(word) > 2 and not list_contains($everyday_words, word) as tells
  from words
),
without_codes as (
  select
    user_no,
    merchant_key,
    string_agg(word, ' ' order by position) filter (not is_once) as rest,
    bool_or(is_once) as has_code
  from counted
  group by user_no, merchant_key
  having coalesce(bool_or(tells) filter (not is_once), false)
),
coded as (
  -- Three charges at least: two names with a word in common are two names.
  select user_no, rest
  from without_codes
  join keys using (user_no, merchant_key)
  group by user_no, rest
  having count(*) filter (has_code) >= 2 and sum(charge_count) >= 3
    and max(cents / charge_count) <= 2 * min(cents / charge_count)
),
decoded as (
  select
    keys.user_no,
    keys.merchant_key,
    coalesce(coded.rest, keys.merchant_key) as decoded_key,
    keys.charge_count,
    keys.cents,
    keys.first_date,
    keys.last_date
  from keys
  left join without_codes as word
    on word.user_no = keys.user_no and word.merchant_key = keys.merchant_key
  left join coded on coded.user_no = word.user_no and coded.rest = word.rest
),
led as (
  select
    user_no,
    decoded_key,
    string_split(decoded_key, ' ') as words,
    list_position(
      list_transform(
        words, lambda word: length(word) > 3 and not list_contains($everyday_words, word)
      ),
      true
    ) as telling_position,
    array_to_string(words[:telling_position], ' ') as lead,
    sum(charge_count) as charge_count,
    sum(cents) / sum(charge_count) as usual_cents,
    min(first_date) as first_date,
    max(last_date) as last_date
  from decoded
  group by user_no, decoded_key
),
priced as (
  select
    *,
    usual_cents > 1.25 * lag(usual_cents) over (
      partition by user_no, lead order by usual_cents, decoded_key
    ) as is_dearer
  from led
  where telling_position is not null
),
clustered as (
  -- Under the same first words, what costs a quarter more is another thing.
  select
    *,
    count(*) filter (is_dearer) over (
      partition by user_no, lead order by usual_cents, decoded_key rows unbounded preceding
    ) as cluster
  from priced
),
rivals as (
  -- Two that go on side by side, together more often than monthly, are two.
  select distinct one.user_no, one.lead, one.cluster
  from clustered as one
  join clustered as other
    on other.user_no = one.user_no and other.lead = one.lead and other.cluster = one.cluster
    and other.decoded_key > one.decoded_key
    and other.first_date < one.last_date and other.last_date > one.first_date
  where one.charge_count >= 3 and other.charge_count >= 3
    and greatest(one.last_date, other.last_date) - least(one.first_date, other.first_date)
    < 20 * (one.charge_count + other.charge_count - 1)
),
joined as (
  select clustered.user_no, clustered.lead, clustered.cluster
  from clustered
  anti join rivals
    on rivals.user_no = clustered.user_no
    and rivals.lead = clustered.lead and rivals.cluster = clustered.cluster
  group by clustered.user_no, clustered.lead, clustered.cluster
  having count(*) >= 2 and sum(clustered.charge_count) >= 3
    and max(clustered.usual_cents) <= 1.5 * min(clustered.usual_cents)
)
select decoded.user_no, decoded.merchant_key, coalesce(joined.lead, decoded.decoded_key) as one_key
from decoded
left join clustered
  on clustered.user_no = decoded.user_no and clustered.decoded_key = decoded.decoded_key
left join joined
  on joined.user_no = clustered.user_no
  and joined.lead = clustered.lead and joined.cluster = clustered.cluster
where coalesce(joined.lead, decoded.decoded_key) <> decoded.merchant_key
