-- Items written for the personas of the people at hand that they are not recommended, in a window,
-- each criterion that kept one away with the person's value; none where others were more severe.
with judged as (
  select
    known.known_no,
    known.user_id,
    known.window_days,
    item.content_id,
    criterion.role,
    criterion.position,
    about.label,
    about.unit,
    criterion.fact,
    criterion.operator,
    criterion.threshold,
    given.value,
    coalesce(
      case criterion.operator
        when '>=' then given.value >= criterion.threshold
        when '>' then given.value > criterion.threshold
        when '<' then given.value < criterion.threshold
        when '=' then given.value = criterion.threshold
      end,
      false
    ) as is_met
  from _advice_facts as known
  join _advice_items as item on list_has_any(item.personas, known.personas)
  join _advice_conditions as criterion on criterion.content_id = item.content_id
  join _advice_known as about on about.fact = criterion.fact
  left join _advice_values as given
    on given.known_no = known.known_no and given.fact = criterion.fact
),
answered as (
  select known_no, content_id, bool_or(is_met) filter (role = 'signal') as has_signal
  from judged
  group by known_no, content_id
),
untold as (
  -- What the rationale would have to say and cannot.
  select known.known_no, piece.content_id, about.fact, about.label, about.unit
  from _advice_facts as known
  cross join (
    select distinct content_id, fact from _advice_pieces
    where fact is not null
  ) as piece
  join _advice_known as about on about.fact = piece.fact
  left join _advice_values as given
    on given.known_no = known.known_no and given.fact = piece.fact
  where given.fact is null
),
kept_away as (
  select
    judged.known_no, judged.content_id, judged.position, judged.fact, judged.label,
    judged.unit, judged.role, judged.operator, judged.threshold, judged.value
  from judged
  join answered on answered.known_no = judged.known_no and answered.content_id = judged.content_id
  where not judged.is_met and (judged.role = 'eligibility' or not answered.has_signal)
  union all
  select
    answered.known_no, answered.content_id, 1000, untold.fact, untold.label, untold.unit,
    'figure', null, null, null
  from answered
  join untold on untold.known_no = answered.known_no and untold.content_id = answered.content_id
)
select
  known.user_id,
  known.window_days,
  item.kind,
  item.content_id,
  item.title,
  coalesce(
    list(
      {
        role: kept_away.role,
        feature: kept_away.fact,
        label: kept_away.label,
        unit: kept_away.unit,
        operator: kept_away.operator,
        threshold: kept_away.threshold,
        value: kept_away.value
      }
      order by kept_away.position
    ) filter (kept_away.fact is not null),
    []
  ) as kept_away_by
from answered
join _advice_facts as known on known.known_no = answered.known_no
join _advice_items as item on item.content_id = answered.content_id
left join kept_away
  on kept_away.known_no = answered.known_no and kept_away.content_id = answered.content_id
left join recommendations as shown
  on shown.user_id = known.user_id and shown.window_days = known.window_days
  and shown.content_id = item.content_id
where shown.content_id is null
group by known.user_id, known.window_days, item.kind, item.content_id, item.title
order by known.window_days, item.kind, item.content_id
