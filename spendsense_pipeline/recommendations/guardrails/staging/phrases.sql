-- Where a phrase of a list of words stands: in the title, the body or the product of an item, or in
-- the title or the rationale of what somebody is shown.
with places as (
  select cast(null as bigint) as offer_no, content_id, part, text
  from (
    unpivot (
      select content_id, title, body, replace(product_kind, '_', ' ') as product
      from content_items
    ) on title, body, product into name part value text
  )
  union all
  select rowid, content_id, 'title', title from recommendations
  union all
  select offer_no, content_id, 'rationale', prose from _guard_prose
),
hits as (
  select * from places
  where regexp_matches(text, $any_word)
),
differing as (
  -- Each pattern is read anew for each text: so for few of them, and for texts that differ only.
  select
    part,
    text,
    unnest(
      [
        -- (The name of a kind of product has no tone.)
        if(part <> 'product' and regexp_matches(text, $tone), 'tone', null),
        if(regexp_matches(text, $predatory), 'predatory', null)
      ]
    ) as list
  from (select distinct part, text from hits)
),
phrases as (
  select
    word.list,
    hit.part,
    hit.text,
    format(
      '{} says "{}", which {}: say {}',
      hit.part, regexp_extract(hit.text, word.pattern, 1), word.why, word.say_instead
    ) as problem
  from differing as hit
  join _guard_words as word
    on word.list = hit.list and regexp_matches(hit.text, word.pattern)
)
select phrases.list, hits.offer_no, hits.content_id, phrases.problem
from phrases
join hits on hits.part = phrases.part and hits.text = phrases.text
