-- Events of consenting people, and until when each is looked for: until the next thing happens to
-- the person, until it is over, until today, or until every window has seen all of it.
select
  event.user_id,
  event.event_id,
  event.kind,
  event.happened_on,
  event.persona_before,
  event.persona_after,
  least(
    $as_of,
    event.happened_on + $watched_days,
    coalesce(event.ends_on - 1, $as_of),
    coalesce(lead(event.happened_on) over person - 1, $as_of)
  ) as last_day
from life_events as event
join raw_users as person on person.user_id = event.user_id
where person.consent_status = 'granted'
window person as (partition by event.user_id order by event.happened_on)
