-- What each text that names a merchant comes to: the brand it is known for, or the words left when
-- those are taken off that say how it was paid, where, and under which number.
with letters as (
  select
    name as text,
    -- Store numbers, authorisation codes, telephone numbers and dates all hold digits: such words
    -- go.
    trim(
      regexp_replace(regexp_replace(lower(name), '\S*[0-9]\S*', ' ', 'g'), '[^a-z]+', ' ', 'g')
    ) as letters
  from _known_texts
),
trimmed as (
  select
    text,
    letters,
    regexp_replace(
      regexp_replace(regexp_replace(letters, $key_prefix, ''), $key_forms, '', 'g'), $key_states, ''
    ) as trimmed
  from letters
),
brands as (
  select text_key as text, first(brand order by length(words) desc, words) as brand
  from _phrases_known
  where brand is not null
  group by text_key
)
select
  trimmed.text,
  case
    when brands.brand is not null then brands.brand
    when length(trimmed.trimmed) > 2 then trimmed.trimmed
    when trimmed.letters <> '' then trimmed.letters
    else lower(trimmed.text)
  end as merchant_key,
  brands.brand is not null as is_brand,
  -- The payee of a check is unknown: its row names nobody, and two checks never make a series.
  regexp_full_match(lower(trimmed.text), $check_wording) as is_check
from trimmed
left join brands on brands.text = trimmed.text
