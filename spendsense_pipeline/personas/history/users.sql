-- Everybody who has consented, once for every month's end.
select
  person.* replace (person.user_id || moment.suffix as user_id)
from now.raw_users as person
cross join _moments as moment
where person.consent_status = 'granted'
