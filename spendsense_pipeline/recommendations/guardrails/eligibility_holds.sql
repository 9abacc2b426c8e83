-- Whoever is shown an item meets its criteria: exactly those of the catalogue in force, each with
-- the value that the features and the raw tables have now, held against its threshold again.
with judged as (
  select
    verdict.*,
    published.amount as published,
    replayed.amount as replayed,
    asked.content_id is not null as is_asked,
    coalesce(
      case verdict.operator
        when '>=' then verdict.amount >= verdict.threshold
        when '>' then verdict.amount > verdict.threshold
        when '<' then verdict.amount < verdict.threshold
        when '=' then verdict.amount = verdict.threshold
      end,
      false
    ) as holds
  from _guard_verdicts as verdict
  left join _guard_known as published
    on published.person_no = verdict.person_no and published.fact = verdict.feature
  left join _guard_replayed as replayed
    on replayed.user_id = verdict.user_id and replayed.fact = verdict.feature
  left join _guard_criteria as asked
    on asked.content_id = verdict.content_id
    and asked.role = verdict.role
    and asked.feature = verdict.feature
    and asked.operator = verdict.operator
    and asked.threshold = verdict.threshold
    and asked.criterion is not distinct from verdict.criterion
),
named as (
  select
    offer_no,
    case
      when not is_asked then 'is no criterion of the item'
      when (is_met is distinct from holds) then 'is said to be ' || is_met
      when role = 'eligibility' and not holds then 'is not met'
      when not list_contains($raw_only, feature)
        and coalesce(abs(amount - published) > 1e-6, amount is distinct from published)
      then coalesce(published::varchar, 'unknown') || ' is published'
      when list_contains($raw, feature)
        and coalesce(
          -- A share is published to its fourth digit.
          abs(amount - replayed) > if(feature = 'max_utilization', 5.1e-5, 1e-6),
          amount is distinct from replayed
        )
      then coalesce(replayed::varchar, 'unknown') || ' by the raw tables'
    end as fault,
    concat_ws(' ', feature, coalesce(amount::varchar, 'unknown'), operator, threshold) as said
  from judged
),
listed as (
  select
    offer_no,
    count(*) as criteria,
    coalesce(bool_or(holds) filter (role = 'signal'), false) as is_signalled
  from judged
  group by offer_no
),
asked as (
  select content_id, count(*) as criteria from _guard_criteria
  group by content_id
),
found as (
  select offer_no, concat(said, ': ', fault) as problem from named
  where fault is not null
  union all
  select advised.rowid, 'no signal of the item holds'
  from recommendations as advised
  left join listed on listed.offer_no = advised.rowid
  where not coalesce(listed.is_signalled, false)
  union all
  select
    advised.rowid,
    format(
      '{} criteria are listed, the item has {}', coalesce(listed.criteria, 0), asked.criteria
    )
  from recommendations as advised
  left join listed on listed.offer_no = advised.rowid
  join asked on asked.content_id = advised.content_id
  where coalesce(listed.criteria, 0) <> asked.criteria
)
select
  advised.recommendation_id,
  advised.user_id,
  advised.window_days,
  advised.content_id,
  found.problem
from found
join recommendations as advised on advised.rowid = found.offer_no
