-- The days between the look that first saw the new persona and the one before it.
with seen as (
  select event.user_id, event.happened_on, min(judged.as_of) as as_of
  from _watching as event
  join _looks as judged
    on judged.user_id = event.user_id
    and judged.as_of between event.happened_on and event.last_day
    and judged.primary_persona = event.persona_after
  group by event.user_id, event.event_id, event.happened_on, judged.window_days
)
select
  user_id,
  as_of - cast(unnest(range(1, least($step_days, as_of - happened_on + 1))) as integer) as as_of
from seen
except
select user_id, as_of from _looks
