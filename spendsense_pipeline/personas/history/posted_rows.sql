-- Their posted rows up to each day, as many days later as that lies before the last.
select
  row_.* exclude (user_id, account_id) replace (
    copy.user_no as user_no,
    copy.account_no as account_no,
    row_.transaction_id || copy.suffix as transaction_id,
    row_.open_leg_id || copy.suffix as open_leg_id,
    row_.date + copy.shift_days as date,
    -- Wordings are this copy's own, as they are each person's.
    if(row_.merchant_entity_id is null, row_.writing || copy.suffix, row_.writing) as writing
  )
from _posted_rows as row_
join past._measured_accounts as copy
  on copy.now_account_no = row_.account_no
  and row_.date <= copy.as_of and row_.date > copy.as_of - $looked_at_days
