-- Events a person and year, among those to whom they are dealt.
with span as (
  select count(*) * ($as_of - $history_start + 1) / $days_per_year as person_years from raw_users
)
select
  'life_event_rate' as control,
  (select count(*) from life_events) / span.person_years as value,
  floor(span.person_years)::bigint as units
from span
union all
select
  'life_event_weights',
  count(*) filter (list_contains($weighed_kinds, kind)) / nullif(count(*), 0),
  count(*)
from life_events
