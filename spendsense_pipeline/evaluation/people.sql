-- What came out for every consenting person in every window.
with windows as (
  select unnest($windows) as window_days
),
shown as (
  select
    user_id,
    window_days,
    count(*) filter (kind = 'education') as education_count,
    count(*) filter (kind = 'offer') as offer_count
  from recommendations
  group by user_id, window_days
)
select
  person.user_id,
  windows.window_days,
  coalesce(judged.primary_persona <> $general, false) as has_persona,
  coalesce(feature.detected_behaviours, 0) as behaviour_count,
  coalesce(shown.education_count, 0) as education_count,
  coalesce(shown.offer_count, 0) as offer_count
from raw_users as person
cross join windows
left join persona_assignments as judged
  on judged.user_id = person.user_id and judged.window_days = windows.window_days
left join _evaluation_features as feature
  on feature.user_id = person.user_id and feature.window_days = windows.window_days
left join shown on shown.user_id = person.user_id and shown.window_days = windows.window_days
where person.consent_status = 'granted'
