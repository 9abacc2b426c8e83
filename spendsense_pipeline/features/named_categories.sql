-- Categories read from names, for descriptions whose own category is missing or vague.
with texts as (
  select
    description_key,
    given,
    side,
    is_own_transfer,
    ' ' || trim(regexp_replace(lower(text), '[^a-z0-9]+', ' ', 'g')) || ' ' as words_of_it
  from _vague_descriptions
),
merchant_words as (
  select
    unnest(string_split($words, '|')) as words,
    unnest(string_split($word_sides, '|')) as side,
    unnest(string_split($word_categories, '|')) as category_detailed,
    unnest(string_split($word_primaries, '|')) as category_primary
),
matches as (
  select
    texts.description_key,
    -- The longest phrase says most, and "bill payment" less than any; the last two keys only make a
    -- tie fall the same way every time.
    first(
      merchant_words.category_detailed
      order by
        merchant_words.category_detailed = $vaguest_word_category,
        length(merchant_words.words) desc,
        merchant_words.words,
        merchant_words.category_detailed
    ) as category_detailed
  from texts
  join merchant_words
    on merchant_words.side = texts.side
    and contains(texts.words_of_it, ' ' || merchant_words.words || ' ')
    -- A primary category that was given is not overruled, only spelled out.
    and (
      texts.given is null
      or texts.given = merchant_words.category_primary
      or list_contains($weak_categories, texts.given)
    )
  group by texts.description_key
)
select
  texts.description_key,
  -- The two legs of a transfer between one's own accounts need no name to be told.
  coalesce(
    matches.category_detailed,
    inflow.category_detailed,
    case texts.side
      when 'out' then $own_transfer_out
      when 'in' then $own_transfer_in
      else $card_payment
    end
  ) as category_detailed
from texts
left join matches on matches.description_key = texts.description_key
left join _named_inflows as inflow on inflow.description_key = texts.description_key
where coalesce(matches.category_detailed, inflow.category_detailed) is not null
  or texts.is_own_transfer
