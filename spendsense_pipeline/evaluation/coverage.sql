-- Per window, the people with a persona other than general and enough known of them.
select
  window_days,
  count(*) filter (has_persona and behaviour_count >= $least_behaviours) as hits,
  count(*) as cases
from _evaluation_people
group by window_days
