-- Of targeted people whose target has a lower-ranked persona: those whose behaviour matches two or
-- more.
select
  'overlap_rate' as control,
  count(*) filter (len(assignment.matched_personas) >= 2) / nullif(count(*), 0) as value,
  count(*) as units
from persona_assignments as assignment
join raw_users as person on person.user_id = assignment.user_id
where assignment.window_days = $longest_window
  and person.target_persona in (select unnest($targets))
