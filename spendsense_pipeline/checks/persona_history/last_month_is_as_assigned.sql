-- Where the data ends with a month, the history ends with what is assigned.
select
  assigned.user_id,
  assigned.window_days,
  assigned.primary_persona as assigned_persona,
  past.primary_persona as persona_in_history
from persona_assignments as assigned
left join persona_history as past
  on past.user_id = assigned.user_id
  and past.window_days = assigned.window_days
  and past.as_of = assigned.as_of
where assigned.as_of in (select as_of from persona_history)
  and (
    past.primary_persona is distinct from assigned.primary_persona
    or past.severity <> assigned.severity
  )
