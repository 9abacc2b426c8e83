-- The phrases that tell a category, with what a stream of it is and whose name the phrase is, if
-- anybody's.
with phrases as (
  select
    unnest(string_split($words, '|')) as words,
    unnest(string_split($word_sides, '|')) as side,
    unnest(string_split($word_categories, '|')) as category_detailed,
    unnest(string_split($word_primaries, '|')) as category_primary,
    unnest(string_split($word_brands, '|')) as brand
)
select
  phrases.words,
  phrases.side,
  phrases.category_detailed,
  phrases.category_primary,
  nullif(phrases.brand, '') as brand,
  rule.kind,
  -- "mcdonald s" is one word too: a letter by itself counts for none.
  len(list_filter(string_split(phrases.words, ' '), lambda word: length(word) > 1)) <= 1
    as is_one_word
from phrases
join _category_rules as rule on rule.code = phrases.category_detailed
