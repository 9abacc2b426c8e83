-- Whom to judge when: the day before an event, every so many days after it, and the last.
select user_id, happened_on - 1 as as_of
from _watching
where happened_on > $history_start
union
select
  user_id,
  happened_on + cast(unnest(range(0, last_day - happened_on + 1, $step_days)) as integer)
from _watching
union
select user_id, last_day from _watching
