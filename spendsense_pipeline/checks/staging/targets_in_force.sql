-- The persona that everybody with a target is meant to show today: their first target, or what the
-- latest event has made of them. It is settled once the longest window has seen nothing else.
with latest as (
  select
    user_id,
    arg_max(coalesce(ends_on, happened_on), happened_on) as date,
    arg_max(if(ends_on is null, persona_after, persona_before), happened_on) as persona
  from life_events
  group by user_id
)
select
  person.user_id,
  coalesce(latest.persona, person.target_persona) as target_persona,
  coalesce($as_of - latest.date >= $longest_window, true) as is_settled
from raw_users as person
left join latest on latest.user_id = person.user_id
where person.target_persona is not null
