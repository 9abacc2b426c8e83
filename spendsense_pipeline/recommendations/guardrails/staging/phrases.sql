-- Where a phrase of a list of words stands: in the title, the body or the product of an item, or in
-- the title or the rationale of what somebody is shown.
with places as (
  select
    cast(null as bigint) as offer_no,
    content_id,
    part,
    replace(text, '’', '''') as text
  from (
    unpivot (
      select content_id, title, body, replace(product_kind, '_', ' ') as product
      from content_items
    ) on title, body, product into name part value text
  )
  union all
  select rowid, content_id, 'title', replace(title, '’', '''') from recommendations
  union all
  -- Digits differ from person to person, words hardly do: they are read once for all.
  select
    advised.rowid,
    advised.content_id,
    'rationale',
    translate(replace(prose.prose, '’', ''''), '0123456789', '')
  from _guard_prose as prose
  join recommendations as advised on advised.rowid = prose.offer_no
),
hits as (
  select part, text
  from (select distinct part, text from places)
  where regexp_matches(text, $any_word)
),
phrases as (
  select
    word.list,
    hits.part,
    hits.text,
    format(
      '{} says "{}", which {}: say {}',
      hits.part, regexp_extract(hits.text, word.pattern, 1), word.why, word.say_instead
    ) as problem
  from hits
  join _guard_words as word on regexp_matches(hits.text, word.pattern)
  -- (The name of a kind of product has no tone.)
  where word.list <> 'tone' or hits.part <> 'product'
)
select phrases.list, places.offer_no, places.content_id, phrases.problem
from phrases
join places on places.part = phrases.part and places.text = phrases.text
