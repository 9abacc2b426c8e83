-- Charges and deposits that may repeat: posted rows of the last 400 days, with merchant and kind.
with rows_in_reach as (
  select
    account.user_no,
    account.account_no,
    row_.transaction_id,
    row_.date,
    cast(row_.amount * 100 as bigint) as cents,
    coalesce(row_.merchant_entity_id, row_.merchant_name, row_.name) as text,
    row_.merchant_entity_id is null as is_name,
    -- A category that says "other" gives way to a name that says rent.
    coalesce(named.category_detailed, row_.category_detailed, row_.category_primary) as code,
    case
      when named.category_detailed is not null then 'merchant name'
      when row_.category_detailed is not null or row_.category_primary is not null then 'given'
      else 'none'
    end as category_source
  from raw_transactions as row_
  join _measured_accounts as account
    on account.account_id = row_.account_id and account.user_id = row_.user_id
  left join _named_categories as named
    on (row_.category_detailed is null or list_contains($weak_categories, row_.category_detailed))
    and named.name = row_.name
    and named.merchant_name is not distinct from row_.merchant_name
    and named.category_primary is not distinct from row_.category_primary
    and named.side = case when row_.amount > 0 then 'out' when account.is_card then 'card in' else 'in' end
  where not row_.pending
    and row_.date > $as_of - $longest_lookback
    and row_.date <= $as_of
    and row_.amount <> 0
),
sorted_out as (
  select
    row_.user_no,
    row_.account_no,
    row_.transaction_id,
    row_.date,
    row_.cents < 0 as is_inflow,
    abs(row_.cents) as cents,
    merchant.merchant_no,
    row_.code,
    row_.category_source,
    case when row_.code is null then 'unknown' else coalesce(category.kind, 'other') end as kind
  from rows_in_reach as row_
  join _stream_merchants as merchant on merchant.text = row_.text and merchant.is_name = row_.is_name
  left join _category_rules as category on category.code = row_.code
)
select
  user_no,
  account_no,
  merchant_no,
  -- One number per account, merchant, kind and direction, so that grouping hashes one word.
  account_no::bigint * 68719476736 + merchant_no * 32
    + list_position(['bill', 'subscription', 'habit', 'other', 'income', 'transfer', 'unknown'], kind) * 2
    + is_inflow::bigint as group_no,
  kind,
  is_inflow,
  date,
  cents,
  transaction_id,
  code,
  category_source
from sorted_out
-- Money in is pay or a transfer, never a bill; a refund is no stream of its own.
where case when is_inflow then kind in ('income', 'transfer') else kind <> 'income' end
