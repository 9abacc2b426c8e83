-- Their posted rows up to each day, as many days later as that lies before the last.
select
  row_.* replace (
    row_.transaction_id || moment.suffix as transaction_id,
    row_.account_id || moment.suffix as account_id,
    row_.user_id || moment.suffix as user_id,
    row_.date + moment.shift_days as date,
    row_.authorized_date + moment.shift_days as authorized_date,
    row_.transfer_id || moment.suffix as transfer_id
  )
from now.raw_transactions as row_
join _moments as moment
  on moment.user_id = row_.user_id
  and row_.date <= moment.as_of and row_.date > moment.as_of - $looked_at_days
where not row_.pending
