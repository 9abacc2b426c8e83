-- Charges and deposits that may repeat: posted rows of the last 400 days, numbered by what would repeat.
with rows_in_reach as (
  select
    account.account_no,
    row_.transaction_id,
    row_.date,
    cast(row_.amount * 100 as bigint) as cents,
    coalesce(row_.merchant_entity_id, row_.merchant_name, row_.name) as text,
    row_.merchant_entity_id is null as is_name,
    -- A category that says "other" gives way to a name that says rent.
    coalesce(named.category_detailed, row_.category_detailed, row_.category_primary) as code
  from raw_transactions as row_
  join _measured_accounts as account on account.account_id = row_.account_id
  left join _named_categories as named
    on named.name = row_.name
    and named.given is not distinct from coalesce(row_.category_detailed, row_.category_primary)
    and named.merchant_name is not distinct from row_.merchant_name
    and named.side = case when row_.amount > 0 then 'out' when account.is_card then 'card in' else 'in' end
  where row_.user_id between $first_id and $last_id
    and not row_.pending
    and row_.date > $as_of - $longest_lookback
    and row_.date <= $as_of
    and row_.amount <> 0
),
sorted_out as (
  select
    row_.account_no,
    row_.transaction_id,
    row_.date,
    cast(row_.cents < 0 as bigint) as is_inflow,
    abs(row_.cents) as cents,
    merchant.merchant_no,
    -- Without any category and a name that tells nothing: unknown. A code nobody knows: other.
    case when row_.code is null then $unknown_kind else coalesce(category.kind_no, $other_kind) end as kind_no
  from rows_in_reach as row_
  join _stream_merchants as merchant on merchant.text = row_.text and merchant.is_name = row_.is_name
  left join _category_rules as category on category.code = row_.code
)
select
  -- One number per account, merchant, kind and direction, so that grouping hashes one word:
  -- the account times 2^36, the merchant times 2^5, the kind times 2, and whether money comes in.
  account_no::bigint * 68719476736 + merchant_no * 32 + kind_no * 2 + is_inflow as group_no,
  date,
  cents,
  transaction_id
from sorted_out
-- Money in is pay or a transfer, never a bill; a refund is no stream of its own.
where list_contains(case when is_inflow = 1 then $inflow_kinds else $outflow_kinds end, kind_no)
