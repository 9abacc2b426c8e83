-- What money into a bank account is, read from its description: no word decides alone, kinds of
-- evidence are weighed. What stays open is left to how often, how regularly and how much its payer
-- pays.
with texts as (
  select
    description_key,
    given,
    ' '
    || trim(
      regexp_replace(
        -- Reference numbers stick to words: DIRDEP0612 is two.
        regexp_replace(
          regexp_replace(replace(lower(text), '''', ''), '([a-z])([0-9])', '\1 \2', 'g'),
          '([0-9])([a-z])',
          '\1 \2',
          'g'
        ),
        '[^a-z0-9]+',
        ' ',
        'g'
      )
    )
    || ' ' as words_of_it
  from _vague_descriptions
  -- The legs of a transfer between one's own accounts need no name to be told.
  where side = 'in' and not is_own_transfer
),
tokens as (
  select
    description_key,
    words_of_it,
    unnest(list_distinct(string_split(trim(words_of_it), ' '))) as token
  from texts
),
inflow_words as (
  select
    unnest(string_split($inflow_words, '|')) as words,
    unnest(string_split($inflow_evidence, '|')) as evidence,
    unnest(string_split($inflow_categories, '|')) as category_detailed
),
matches as (
  select
    tokens.description_key,
    inflow_words.evidence,
    inflow_words.category_detailed,
    inflow_words.words
  from tokens
  join inflow_words
    on split_part(inflow_words.words, ' ', 1) = tokens.token
    and contains(tokens.words_of_it, ' ' || inflow_words.words || ' ')
  union all
  select description_key, 'never', $advanced_wages, ''
  from texts
  where regexp_matches(words_of_it, $borrowed_wages)
),
evidence as (
  -- Of each kind the longest phrase says most; the last key only makes a tie fall the same way.
  select
    description_key,
    evidence,
    first(category_detailed order by length(words) desc, words) as category_detailed
  from matches
  group by description_key, evidence
),
weighed as (
  select
    description_key,
    any_value(category_detailed) filter (evidence = 'never') as never,
    any_value(category_detailed) filter (evidence = 'benefit') as benefit,
    any_value(category_detailed) filter (evidence = 'wage') as wage,
    any_value(category_detailed) filter (evidence = 'gig') as gig,
    any_value(category_detailed) filter (evidence = 'platform') as platform,
    any_value(category_detailed) filter (evidence = 'contract') as contract,
    any_value(category_detailed) filter (evidence = 'other') as other,
    any_value(category_detailed) filter (evidence = 'hint') as hint,
    any_value(category_detailed) filter (evidence = 'route') as route,
    bool_or(evidence in ('payout', 'route', 'contract')) as is_paid_out
  from evidence
  group by description_key
),
decided as (
  select
    description_key,
    case
      when never is not null then never
      when benefit is not null then benefit
      when wage is not null then wage
      when gig is not null then gig
      -- Platforms also sell: without a word of paying out it may be a purchase given back.
      when platform is not null and is_paid_out then platform
      when contract is not null then contract
      when other is not null then other
      -- The name of a casino beside "direct deposit": somebody who won there, or works there.
      when hint is not null and route is not null then null
      when hint is not null then hint
      else route
    end as category_detailed
  from weighed
)
select decided.description_key, decided.category_detailed
from decided
join texts on texts.description_key = decided.description_key
left join _category_rules as category on category.code = decided.category_detailed
where decided.category_detailed is not null
  -- A primary category that was given is not overruled, only spelled out.
  and (
    texts.given is null
    or texts.given = category.category_primary
    or list_contains($weak_categories, texts.given)
  )
