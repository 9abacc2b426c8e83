-- Subscriptions and bills that run at as_of.
select
  person.user_no,
  stream.kind,
  stream.monthly_amount,
  stream.last_30_days_amount,
  stream.last_180_days_amount
from recurring_streams as stream
join _measured_users as person on person.user_id = stream.user_id
where stream.user_id between $first_id and $last_id
  and stream.is_active and stream.status = 'MATURE' and stream.kind in ('subscription', 'bill')
