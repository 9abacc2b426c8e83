-- Categories read from names, for descriptions whose rows come without a category or with a vague one.
with described as (
  select distinct
    row_.name,
    row_.merchant_name,
    row_.category_primary,
    case
      when row_.amount > 0 then 'out'
      when account.is_card then 'card in'
      else 'in'
    end as side,
    row_.transfer_id is not null and row_.category_primary is null as is_own_transfer
  from raw_transactions as row_
  join _measured_accounts as account
    on account.account_id = row_.account_id and account.user_id = row_.user_id
  where not row_.pending
    and row_.date <= $as_of
    and (row_.category_detailed is null or list_contains($weak_categories, row_.category_detailed))
),
texts as (
  select
    name,
    merchant_name,
    category_primary,
    side,
    is_own_transfer,
    ' ' || trim(regexp_replace(lower(concat_ws(' ', merchant_name, name)), '[^a-z0-9]+', ' ', 'g'))
      || ' ' as words_of_it
  from described
),
merchant_words as (
  select
    unnest($words) as words,
    unnest($word_sides) as side,
    unnest($word_categories) as category_detailed,
    unnest($word_primaries) as category_primary
),
matches as (
  select
    texts.name,
    texts.merchant_name,
    texts.category_primary,
    texts.side,
    -- The longest phrase says most; the last two keys only make a tie fall the same way every time.
    first(
      merchant_words.category_detailed
      order by length(merchant_words.words) desc, merchant_words.words, merchant_words.category_detailed
    ) as category_detailed
  from texts
  join merchant_words
    on merchant_words.side = texts.side
    and contains(texts.words_of_it, ' ' || merchant_words.words || ' ')
    -- A primary category that was given is not overruled, only spelled out.
    and (
      texts.category_primary is null
      or texts.category_primary = merchant_words.category_primary
      or list_contains($weak_categories, texts.category_primary)
    )
  group by all
),
own_transfers as (
  -- The two legs of a transfer between one's own accounts need no name to be told.
  select distinct
    name,
    merchant_name,
    category_primary,
    side,
    case side
      when 'out' then 'TRANSFER_OUT_ACCOUNT_TRANSFER'
      when 'in' then 'TRANSFER_IN_ACCOUNT_TRANSFER'
      else 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT'
    end as category_detailed
  from texts
  where is_own_transfer
)
select name, merchant_name, category_primary, side, category_detailed from matches
union all
select name, merchant_name, category_primary, side, category_detailed
from own_transfers
where not exists (
  select 1
  from matches
  where matches.name = own_transfers.name
    and matches.merchant_name is not distinct from own_transfers.merchant_name
    and matches.category_primary is not distinct from own_transfers.category_primary
    and matches.side = own_transfers.side
)
