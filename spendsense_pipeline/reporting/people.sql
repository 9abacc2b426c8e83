-- One row per person as a list of people shows them: what holds of consent now, and of those who
-- consent what was decided.
with
decided as (
  select
    unnest($decided_ids::varchar[]) as user_id,
    unnest($decided::varchar[]) as status
),
judged as (
  select
    user_id,
    any_value(primary_persona) filter (window_days = $short) as persona_30d,
    any_value(primary_persona) filter (window_days = $long) as persona_180d,
    any_value(severity) filter (window_days = $short) as severity_30d,
    any_value(severity) filter (window_days = $long) as severity_180d
  from persona_assignments
  group by user_id
),
changed as (
  select user_id, count(*) as life_events
  from life_events
  group by user_id
)
select
  person.user_id,
  person.name,
  person.age,
  person.region,
  person.income_tier,
  person.target_persona,
  coalesce(decided.status, person.consent_status) as consent_status,
  -- What the dataset does not know of yet.
  coalesce(decided.status <> person.consent_status, false) as is_decided_since,
  judged.persona_30d,
  judged.persona_180d,
  judged.severity_30d,
  judged.severity_180d,
  case when shown.is_shown then coalesce(changed.life_events, 0) end as life_events
from raw_users as person
left join decided on decided.user_id = person.user_id
cross join lateral (
  select
    person.consent_status = 'granted'
    and coalesce(decided.status, 'granted') = 'granted' as is_shown
) as shown
left join judged on judged.user_id = person.user_id and shown.is_shown
left join changed on changed.user_id = person.user_id
