-- Every decision, beside the persona that came nearest to matching and what it lacks.
with
decisions as (
  select a.*, f.history_days
  from persona_assignments as a join _trace_features as f using (user_id, window_days)
),
unmet as (
  -- How far from being met, in billionths of the threshold, so that sums are exact; a whole one for
  -- a yes/no answer or a threshold of zero, null where there is no data.
  select
    user_id, window_days, criterion, rank, value, margin,
    case
      when value is not null then cast(least(coalesce(abs(margin), 1), 1e6) * 1e9 as bigint)
    end as shortfall
  from _judged_predicates semi join _trace_features using (user_id, window_days)
  where not is_met
),
ways as (
  select u.user_id, u.window_days, w.persona, w.way, sum(u.shortfall) as shortfall
  from unmet as u join _ways_into as w using (criterion)
  group by all
  -- who lacks the data to match is no runner-up
  having count(*) = count(u.shortfall)
),
nearest as (
  select
    w.user_id, w.window_days, min({shortfall: w.shortfall, way: w.way, persona: w.persona}) as found
  from ways as w join decisions as d using (user_id, window_days)
  where not list_contains(d.matched_personas, w.persona)
  group by all
),
lacks as (
  -- told to those who have no persona
  select
    n.user_id, n.window_days,
    string_agg(
      case c.unit
        when 'yes/no' then concat('there is no sign of ', c.label)
        else concat(
            'the ', c.label, ' is ',
            shown(
              u.value, false, c.operator, c.threshold, c.unit, c.figure_at_line, c.line, c.digits
            ),
            ', and it takes ', c.takes,
            case when c.operator in ('>', '>=') then
                ' (' || percent_of_line(u.margin) || ' short of it)'
              when c.operator = '<' then ' (' || percent_of_line(u.margin) || ' above it)'
            end
          )
      end, '; ' order by u.rank
    ) as words
  from nearest as n
  join decisions as d using (user_id, window_days)
  join _ways_into as w on w.way = n.found.way
  join unmet as u
    on u.user_id = n.user_id and u.window_days = n.window_days and u.criterion = w.criterion
  join _criteria as c on c.criterion = u.criterion
  where d.primary_persona = $general
  group by all
)
select
  d.user_id, d.window_days, d.as_of, d.history_days,
  d.primary_persona, d.secondary_persona, d.matched_personas, d.target_persona, d.severity,
  n.found.persona as runner_up,
  l.words as runner_up_lacks
from decisions as d
left join nearest as n using (user_id, window_days)
left join lacks as l using (user_id, window_days)
