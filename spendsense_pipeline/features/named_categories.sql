-- Categories read from names, for descriptions whose own category is missing or vague.
with found as (
  select
    phrase.*,
    description.given,
    bool_or(phrase.kind = 'bill') over (partition by phrase.text_key) as tells_a_bill
  from _phrases_found as phrase
  join _vague_descriptions as description on description.description_key = phrase.text_key
),
matches as (
  select
    text_key as description_key,
    -- The longest phrase says most, "bill payment" less than any, and the one word of a shop less
    -- than what is paid for ("MCDONALD REALTY"); the last two keys only make a tie fall the same
    -- way every time.
    first(
      category_detailed
      order by
        category_detailed = $vaguest_word_category,
        tells_a_bill and is_one_word and brand is not null and not list_contains($paid_kinds, kind),
        length(words) desc,
        words,
        category_detailed
    ) as category_detailed
  from found
  -- A primary category that was given is not overruled, only spelled out.
  where given is null or given = category_primary or list_contains($weak_categories, given)
  group by text_key
)
select
  description.description_key,
  -- The two legs of a transfer between one's own accounts need no name to be told.
  coalesce(
    matches.category_detailed,
    inflow.category_detailed,
    case description.side
      when 'out' then $own_transfer_out
      when 'in' then $own_transfer_in
      else $card_payment
    end
  ) as category_detailed
from _vague_descriptions as description
left join matches on matches.description_key = description.description_key
left join _named_inflows as inflow on inflow.description_key = description.description_key
where coalesce(matches.category_detailed, inflow.category_detailed) is not null
  or description.is_own_transfer
