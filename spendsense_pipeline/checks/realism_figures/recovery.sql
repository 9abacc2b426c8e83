-- Of the consenting people dealt each target, how many were assigned it, in the worse of the two
-- windows.
select
  target_persona,
  arg_min(recovered, recall) as recovered,
  arg_min(people, recall) as people
from (
  select
    person.target_persona,
    assignment.window_days,
    count(*) filter (assignment.primary_persona = person.target_persona) as recovered,
    count(*) as people,
    count(*) filter (assignment.primary_persona = person.target_persona) / count(*) as recall
  from persona_assignments as assignment
  join _checks_targets_in_force as person on person.user_id = assignment.user_id
  where person.is_settled
  group by person.target_persona, assignment.window_days
)
group by target_persona
order by target_persona
