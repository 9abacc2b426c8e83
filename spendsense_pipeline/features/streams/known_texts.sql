-- Texts that may name a merchant: of writings without an id, and of ids that share a word with one.
with written as (
  select distinct unnest([merchant_name, name]) as text
  from _writings
),
written_words as (
  select distinct
    unnest(string_split(regexp_replace(lower(text), '[^a-z]+', ' ', 'g'), ' ')) as word
  from written
  where text is not null
),
identified as (
  select distinct unnest([merchant_name, name]) as text
  from _entities
)
select text as name, null::varchar as merchant_name, 'out' as side
from written
where text is not null
union
select identified.text, null::varchar, 'out'
from identified
where identified.text is not null
  and regexp_extract(lower(identified.text), '[a-z]+') in (
    select written_words.word from written_words
    where written_words.word <> ''
  )
