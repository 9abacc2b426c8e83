-- When each window first showed what an event had made of somebody.
with windows as (
  select unnest($windows) as window_days
),
looked as (
  select
    event.event_id,
    windows.window_days,
    min(judged.as_of) filter (
      judged.as_of >= event.happened_on and judged.primary_persona = event.persona_after
    ) as noticed_on,
    -- Who showed something else already lives near a line: what a window says of them is not news.
    bool_and(judged.primary_persona = event.persona_before) filter (
      judged.as_of = event.happened_on - 1
    ) as was_as_before
  from _watching as event
  cross join windows
  left join _looks as judged
    on judged.user_id = event.user_id
    and judged.window_days = windows.window_days
    and judged.as_of between event.happened_on - 1 and event.last_day
  group by event.event_id, windows.window_days
)
select
  event.event_id,
  event.user_id,
  looked.window_days,
  event.kind,
  event.happened_on,
  case when looked.was_as_before then looked.noticed_on end as noticed_on,
  case
    when looked.was_as_before then looked.noticed_on - event.happened_on
  end as noticed_after_days,
  case
    when not coalesce(looked.was_as_before, false) then 'unsteady'
    when looked.noticed_on is not null then 'noticed'
    when event.last_day >= event.happened_on + $watched_days then 'never'
    when event.last_day = $as_of then 'not yet'
    else 'overtaken'
  end as status
from looked
join _watching as event on event.event_id = looked.event_id
order by all
