-- The measured rows with the category they count under: as given, else as read from the name.
select
  row_.*,
  named.category_detailed as named_code,
  coalesce(named.category_detailed, row_.category_detailed, row_.category_primary) as code
from _measured_rows as row_
left join _named_categories as named on named.description_key = row_.description_key
