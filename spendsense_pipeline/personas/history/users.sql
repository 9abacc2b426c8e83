-- Everybody who is judged, once for every day.
select
  person.* replace (person.user_id || moment.suffix as user_id)
from now.raw_users as person
join _moments as moment on moment.user_id = person.user_id
