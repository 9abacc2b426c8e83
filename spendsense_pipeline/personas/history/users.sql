-- Everybody who is judged, once for every day; counted like the people measured.
select
  cast(row_number() over (order by person.user_no, moment.suffix) as integer) as user_no,
  person.user_id || moment.suffix as user_id,
  person.user_no as now_user_no,
  person.user_id as now_user_id,
  moment.suffix,
  moment.as_of,
  moment.shift_days
from _measured_users as person
join _moments as moment on moment.user_id = person.user_id
