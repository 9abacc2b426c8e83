-- One row per person as a list of people shows them: what they are found by, what holds of consent
-- now, and of those who consent whom they are and what was decided.
with
decided as (
  select
    unnest($decided_ids::varchar[]) as user_id,
    unnest($decided::varchar[]) as status
),
person as (
  select
    about.user_id,
    about.name,
    about.age,
    about.region,
    about.income_tier,
    about.target_persona,
    coalesce(decided.status, about.consent_status) as consent_status,
    -- What the dataset does not know of yet.
    coalesce(decided.status <> about.consent_status, false) as is_decided_since,
    about.consent_status = 'granted' and coalesce(decided.status, 'granted') = 'granted' as is_shown
  from raw_users as about
  left join decided on decided.user_id = about.user_id
),
changed as (
  select user_id, count(*) as life_events
  from life_events
  group by user_id
)
select
  person.user_id,
  person.name,
  case when person.is_shown then person.age end as age,
  case when person.is_shown then person.region end as region,
  case when person.is_shown then person.income_tier end as income_tier,
  case when person.is_shown then person.target_persona end as target_persona,
  person.consent_status,
  person.is_decided_since,
  short.primary_persona as persona_30d,
  long.primary_persona as persona_180d,
  short.severity as severity_30d,
  long.severity as severity_180d,
  case when person.is_shown then coalesce(changed.life_events, 0) end as life_events
from person
left join persona_assignments as short
  on short.user_id = person.user_id and short.window_days = $short and person.is_shown
left join persona_assignments as long
  on long.user_id = person.user_id and long.window_days = $long and person.is_shown
left join changed on changed.user_id = person.user_id
