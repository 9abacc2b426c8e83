-- The posted rows, and behind whose categories a reading looks: every other query reads these.
select
  row_.*,
  -- Without a detailed category, or with one that says only "other": its name may say more.
  row_.category_detailed is null
  or list_contains($vague_details, row_.category_detailed) as is_vague,
  -- Everything such a row's category hangs on in one text. (Null for the others: they are not
  -- looked up, so that only rows without a clear category cost a look at their name.)
  case when is_vague then
      concat_ws(
        '|',
        row_.side,
        coalesce(row_.category_detailed, row_.category_primary, ''),
        coalesce(row_.merchant_name, ''),
        row_.name
      )
  end as description_key
from _posted_rows as row_
