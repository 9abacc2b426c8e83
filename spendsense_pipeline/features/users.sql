-- Who is measured: people who have consented, within a range of all people in order of user_id.
with people as (
  select user_id, consent_status, row_number() over (order by user_id) - 1 as position
  from raw_users
)
select cast(position as integer) as user_no, user_id
from people
where consent_status = 'granted' and position >= $first_user and position < $end_user
