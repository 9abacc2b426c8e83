-- People to whom nothing has happened yet that changes how they live: what was asked of a
-- population shows in them.
select *
from raw_users
where user_id not in (select user_id from life_events)
