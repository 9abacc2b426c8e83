-- How each person's merchants without an id are written.
select
  user_no,
  writing,
  any_value(merchant_name) as merchant_name,
  any_value(name) as name,
  count(*) as charge_count,
  cast(sum(abs(cents)) as bigint) as cents,
  min(date) as first_date,
  max(date) as last_date
from _measured_rows
where date > $as_of - $longest_lookback and merchant_entity_id is null
group by user_no, writing
