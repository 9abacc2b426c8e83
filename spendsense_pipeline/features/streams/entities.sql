-- Merchants with an id, and the names they come under.
select merchant_entity_id, name, any_value(merchant_name) as merchant_name
from _measured_rows
where date > $as_of - $longest_lookback and merchant_entity_id is not null
group by merchant_entity_id, name
