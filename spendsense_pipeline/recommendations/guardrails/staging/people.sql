-- Whoever is advised, by window, numbered.
select user_id, window_days, cast(row_number() over () as integer) as person_no
from (select distinct user_id, window_days from recommendations)
