-- Charges and deposits that may repeat: posted rows of the last 400 days, numbered by what would repeat.
select
  -- One number per account, merchant, kind and direction, so that grouping hashes one word:
  -- the account times 2^36, the merchant times 2^5, the kind times 2, and whether money comes in.
  account.account_no::bigint * 68719476736
    + merchant.merchant_no * 32
    -- A category that says "other" gives way to a name that says rent. Without any category, and with a
    -- name that tells nothing: unknown. A code nobody knows: other.
    + coalesce(
      named.kind_no,
      category.kind_no,
      case when row_.category_detailed is null and row_.category_primary is null
        then $unknown_kind else $other_kind end
    ) * 2
    + cast(row_.amount < 0 as bigint) as group_no,
  row_.date,
  abs(cast(row_.amount * 100 as bigint)) as cents,
  row_.transaction_id
from raw_transactions as row_
join _measured_accounts as account on account.account_id = row_.account_id
join _stream_merchants as merchant
  on merchant.text = coalesce(row_.merchant_entity_id, row_.merchant_name, row_.name)
left join _category_rules as category
  on category.code = coalesce(row_.category_detailed, row_.category_primary)
-- (A null key is not looked up: only rows without a clear category cost a look at their name.)
left join _named_categories as named
  on named.description_key = case
    when row_.category_detailed is null or category.is_vague then concat_ws(
      '|',
      case when row_.amount > 0 then 'out' when account.is_card then 'card in' else 'in' end,
      coalesce(row_.category_detailed, row_.category_primary, ''),
      coalesce(row_.merchant_name, ''),
      row_.name
    )
  end
where row_.user_id between $first_id and $last_id
  and not row_.pending
  and row_.date > $as_of - $longest_lookback
  and row_.date <= $as_of
  and row_.amount <> 0
  and case
    when row_.amount < 0 then coalesce(named.repeats_in, category.repeats_in, false)
    else coalesce(named.repeats_out, category.repeats_out, true)
  end
