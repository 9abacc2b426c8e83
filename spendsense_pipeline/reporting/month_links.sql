-- How many people went from which persona to which between neighbouring months' ends of a window;
-- most stay where they are. Who has taken consent back since is left out.
with ordered as (
  select
    user_id,
    as_of,
    primary_persona,
    history_days,
    lag(as_of) over by_month as from_as_of,
    lag(primary_persona) over by_month as from_persona
  from persona_history
  where window_days = $window_days and user_id not in (select unnest($gone::varchar[]))
  window by_month as (partition by user_id order by as_of)
)
select
  from_as_of,
  as_of as to_as_of,
  from_persona,
  primary_persona as to_persona,
  count(*) as people
from ordered
where from_as_of is not null
group by from_as_of, as_of, from_persona, primary_persona
order by from_as_of, from_persona, people desc, to_persona
