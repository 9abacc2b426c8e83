-- Nobody is advised whom raw_users does not say has granted consent.
select
  advised.recommendation_id,
  advised.user_id,
  advised.window_days,
  advised.content_id,
  coalesce('consent is ' || person.consent_status, 'no such person') as problem
from recommendations as advised
left join raw_users as person on person.user_id = advised.user_id
where person.consent_status is distinct from 'granted'
