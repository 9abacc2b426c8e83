-- Every number in a rationale is, to the printed digit, a value named in `because`, and every value
-- there is what the published features or the row it names say now.
with compared as (
  select
    cited.*,
    case
      when cited.id is not null then slot.amount
      when list_contains($raw_only, cited.fact) then replayed.amount
      else published.amount
    end as derived,
    slot.words,
    cited.id is null or slot.slot is not null as is_there
  from _guard_cited as cited
  left join _guard_known as published
    on published.person_no = cited.person_no and published.fact = cited.fact and cited.id is null
  left join _guard_replayed as replayed
    on replayed.user_id = cited.user_id and replayed.fact = cited.fact and cited.id is null
  left join _guard_slots as slot
    on slot.user_id = cited.user_id and slot.slot = cited.fact and slot.id = cited.id
),
read as (
  -- The number in what is shown, with how many digits it has behind its point.
  select
    *,
    try_cast(digits as double) as number_shown,
    if(contains(digits, '.'), length(digits) - position('.' in digits), 0) as decimals,
    if(unit = 'fraction', 100, 1) * amount as exact
  from (
    select *, translate(split_part(shown, ' ', 1), '$,', '') as digits from compared
  )
),
faults as (
  select
    offer_no,
    case
      when not is_there then concat(fact, ' names ', id, ', which is not that row of the person')
      when unit = 'text' and (shown is distinct from words)
      then concat(fact, ' is "', words, '", not "', shown, '"')
      when (unit is distinct from 'text')
        and coalesce(abs(amount - derived) > 1e-6, amount is distinct from derived)
      then concat(fact, ' is ', coalesce(derived::varchar, 'unknown'), ', not ', amount)
      when (unit is distinct from 'text')
        and shown is not null
        and not coalesce(abs(number_shown - exact) <= 0.5 * pow(10, -decimals) + 1e-9, false)
      then concat(fact, ' is ', amount, ', not "', shown, '"')
    end as problem
  from read
),
shown as (
  select
    offer_no,
    list(if(ends_with(shown, '%'), shown, split_part(shown, ' ', 1))) as figures
  from _guard_cited
  where unit is distinct from 'text' and shown is not null
  group by offer_no
),
said as (
  select
    prose.offer_no,
    list_filter(
      list_transform(
        regexp_extract_all(prose.prose, $figure), lambda figure: rtrim(figure, '.,')
      ),
      lambda figure: not coalesce(list_contains(shown.figures, figure), false)
    ) as unexplained
  from _guard_prose as prose
  left join shown on shown.offer_no = prose.offer_no
),
found as (
  select offer_no, problem from faults
  where problem is not null
  union all
  select
    offer_no, concat('nothing explains ', array_to_string(unexplained, ', '), ' in the rationale')
  from said
  where len(unexplained) > 0
  union all
  select advised.rowid, 'because names another trace'
  from recommendations as advised
  left join decision_traces as trace
    on trace.user_id = advised.user_id and trace.window_days = advised.window_days
  where json_extract_string(advised.because, '$.trace_id') is distinct from trace.trace_id
)
select
  advised.recommendation_id,
  advised.user_id,
  advised.window_days,
  advised.content_id,
  found.problem
from found
join recommendations as advised on advised.rowid = found.offer_no
