-- Payers: every way one is written, and the number that stands for all of them.
with written as (
  select distinct payer_text from _inflows
),
worded as (
  select
    payer_text,
    list_filter(
      -- Reference numbers, dates and telephone numbers all hold digits: such words go.
      string_split(
        regexp_replace(
          regexp_replace(replace(lower(payer_text), '''', ''), '\S*[0-9]\S*', ' ', 'g'),
          '[^a-z]+',
          ' ',
          'g'
        ),
        ' '
      ),
      lambda word: word <> '' and not list_contains($payer_noise, word)
    ) as words
  from written
)
select
  payer_text,
  cast(
    dense_rank() over (
      -- The first word names a payer however the rest is written, unless many begin with it.
      order by
        case
          when len(words) = 0 then lower(payer_text)
          when len(words) > 1 and list_contains($leading_words, words[1])
          then words[1] || ' ' || words[2]
          else words[1]
        end
    ) as integer
  ) as payer_no
from worded
