-- Every row says what its item says and answers a persona the person has; ranks run from 1 without
-- a hole, at most five items to learn from and three offers; and exactly where fewer fit than a
-- person should have is it stated.
with spoken as (
  select
    advised.recommendation_id,
    advised.user_id,
    advised.window_days,
    advised.content_id,
    case
      when item.content_id is null then 'there is no such item'
      when (advised.title is distinct from item.title) then 'has another title than its item'
      when (advised.kind is distinct from item.kind) then 'is of another kind than its item'
      when (advised.form is distinct from item.form) then 'has another form than its item'
      when (advised.catalog_version is distinct from item.catalog_version)
      then 'is from another catalogue than its item'
      when judged.user_id is null then 'the person has no persona in that window'
      when (advised.as_of is distinct from judged.as_of) then 'is of another day'
      when advised.persona is null
        or not list_contains(
          if(
            len(judged.matched_personas) = 0, [judged.primary_persona], judged.matched_personas
          ),
          advised.persona
        )
      then concat(coalesce(advised.persona, 'nothing'), ' is no persona of the person')
      when not list_contains(item.personas, advised.persona)
      then concat('the item is not written for ', advised.persona)
    end as problem
  from recommendations as advised
  left join content_items as item on item.content_id = advised.content_id
  left join persona_assignments as judged
    on judged.user_id = advised.user_id and judged.window_days = advised.window_days
),
shown as (
  select
    user_id,
    window_days,
    kind,
    count(*) as items,
    count(distinct content_id) as different,
    list_sort(list(rank)) as ranks
  from recommendations
  group by user_id, window_days, kind
),
bounds as (
  select
    unnest($kinds) as kind, unnest($fewest_items) as fewest, unnest($most_items) as most
),
counted as (
  select
    judged.user_id,
    judged.window_days,
    bounds.*,
    coalesce(shown.items, 0) as items,
    coalesce(shown.different, 0) as different,
    coalesce(shown.ranks, []) as ranks,
    short.user_id is not null as is_stated,
    short.eligible_count,
    short.least_count
  from persona_assignments as judged
  cross join bounds
  left join shown
    on shown.user_id = judged.user_id
    and shown.window_days = judged.window_days
    and shown.kind = bounds.kind
  left join recommendation_shortfalls as short
    on short.user_id = judged.user_id
    and short.window_days = judged.window_days
    and short.kind = bounds.kind
),
counts as (
  select
    user_id,
    window_days,
    concat(
      kind,
      ': ',
      case
        when items > most then concat(items, ' items, more than ', most)
        when items <> different then 'an item is there twice'
        when ranks <> cast(range(1, items + 1) as integer[])
        then concat('ranks are ', cast(ranks as varchar))
        when items < fewest and not is_stated then concat(items, ' items, and no shortfall stated')
        when items >= fewest and is_stated then concat(items, ' items, yet a shortfall is stated')
        when is_stated and (eligible_count <> items or least_count <> fewest)
        then concat('the shortfall says ', eligible_count, ' of ', least_count)
      end
    ) as problem
  from counted
),
shared as (
  select recommendation_id
  from recommendations
  group by recommendation_id
  having min(user_id) <> max(user_id) or min(content_id) <> max(content_id)
)
select recommendation_id, user_id, window_days, content_id, problem
from spoken
where problem is not null
union all
select null, user_id, window_days, null, problem
from counts
where not ends_with(problem, ': ')
union all
select
  advised.recommendation_id,
  advised.user_id,
  advised.window_days,
  advised.content_id,
  'its recommendation_id is that of something else too'
from recommendations as advised
join shared on shared.recommendation_id = advised.recommendation_id
