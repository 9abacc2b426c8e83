-- The phrases in each text of `_texts` that its other words let us believe: one word alone may as
-- well be a surname, a street or a town.
with words as (
  select
    text_key,
    side,
    string_split(
      trim(
        regexp_replace(
          replace(lower(coalesce(merchant_name, '')), '+', ' plus '), '[^a-z0-9]+', ' ', 'g'
        )
      ),
      ' '
    ) as merchant_words,
    -- (A saint is no street.)
    string_split(
      regexp_replace(
        trim(regexp_replace(replace(lower(name), '+', ' plus '), '[^a-z0-9]+', ' ', 'g')),
        $saints,
        'saint \1',
        'g'
      ),
      ' '
    ) as name_words
  from _texts
),
leads as (
  select
    text_key,
    side,
    merchant_words || name_words as words,
    len(merchant_words) as merchant_length,
    -- Where the payee begins: after words of how it was paid, and numbers.
    coalesce(
      list_position(
        list_transform(
          name_words,
          lambda word: list_contains($lead_words, word) or regexp_matches(word, '[0-9]')
        ),
        false
      ),
      len(name_words) + 1
    ) as payee_position,
    list_filter(name_words, lambda word: not regexp_matches(word, '[0-9]')) as plain_words,
    regexp_matches(array_to_string(name_words, ' '), $payment_to) as is_payment_to
  from words
),
starts as (
  select
    text_key,
    side,
    words,
    unnest(range(1, len(words) + 1)) as start,
    merchant_length,
    payee_position,
    is_payment_to,
    -- A first name and another: "ELENA CHURCH".
    is_payment_to and coalesce(list_contains($lead_words, plain_words[-3]), false) as is_name,
    plain_words[-1] as last_word
  from leads
),
sizes as (
  select unnest(range(1, $most_phrase_words + 1)) as size
),
grams as (
  select
    starts.text_key,
    starts.side,
    array_to_string(starts.words[starts.start:starts.start + sizes.size - 1], ' ') as gram,
    starts.words[starts.start + sizes.size] as next_word,
    starts.start = 1
    or starts.start > starts.merchant_length
    and starts.start <= starts.merchant_length + starts.payee_position as is_first,
    starts.is_payment_to,
    starts.is_name,
    starts.last_word
  from starts
  join sizes on starts.start + sizes.size <= len(starts.words) + 1
)
select
  grams.text_key,
  grams.side,
  phrase.words,
  phrase.category_detailed,
  phrase.category_primary,
  phrase.kind,
  phrase.brand,
  phrase.is_one_word
from grams
join _phrases as phrase on phrase.words = grams.gram and phrase.side = grams.side
where grams.side <> 'out'
  or not phrase.is_one_word
  or not coalesce(list_contains($street_words, grams.next_word), false)
  and case
    -- A merchant's name stands where the payee begins; what is paid to a named payee is no
    -- shopping.
    when phrase.brand is not null then
      grams.is_first
      and (not grams.is_payment_to or list_contains($paid_kinds, phrase.kind))
    else
      list_contains($paid_kinds, phrase.kind)
      or not (grams.is_name and phrase.words = grams.last_word)
  end
