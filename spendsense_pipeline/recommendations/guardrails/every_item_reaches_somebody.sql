-- Every item of the catalogue fits somebody among a thousand people.
select item.content_id, item.kind, array_to_string(item.personas, ', ') as personas
from content_items as item
anti join recommendations as advised on advised.content_id = item.content_id
