-- Descriptions whose rows come without a detailed category, or with one that says only "other".
select
  description_key,
  side,
  any_value(coalesce(category_detailed, category_primary)) as given,
  any_value(merchant_name) as merchant_name,
  any_value(name) as name,
  concat_ws(' ', any_value(merchant_name), any_value(name)) as text,
  bool_or(transfer_id is not null and category_primary is null) as is_own_transfer
from _measured_rows
where is_vague
group by description_key, side
