-- Per outcome, demographic group and window: the group against everybody else in it. Intervals of
-- shares are Newcombe's, of mean numbers Welch's, wide enough for all comparisons of a window.
with outcomes as (
  select
    person.window_days,
    member.dimension,
    member.group_name,
    unnest([
      {outcome: 'any persona', reached: cast(person.has_persona as double)},
      {outcome: 'education items', reached: cast(person.education_count as double)},
      {outcome: 'offers', reached: cast(person.offer_count > 0 as double)}
    ]) as measured
  from _evaluation_people as person
  join _evaluation_groups as member on member.user_id = person.user_id
),
grouped as (
  select
    window_days,
    dimension,
    group_name,
    measured.outcome as outcome,
    cast(count(*) as double) as people,
    sum(measured.reached) as reached,
    sum(measured.reached * measured.reached) as squares
  from outcomes
  group by all
),
compared as (
  select
    *,
    sum(people) over everybody - people as rest_people,
    sum(reached) over everybody - reached as rest_reached,
    sum(squares) over everybody - squares as rest_squares,
    sum(reached) over everybody / sum(people) over everybody as overall
  from grouped
  window everybody as (partition by window_days, dimension, outcome)
),
means as (
  select
    *,
    reached / people as mean,
    rest_reached / rest_people as rest_mean,
    $z * $z / people as z2,
    $z * $z / rest_people as rest_z2
  from compared
  where rest_people > 0
),
halves as (
  select
    *,
    outcome = 'education items' as is_number,
    greatest(squares / people - mean * mean, 0) / greatest(people - 1, 1) as variance,
    greatest(rest_squares / rest_people - rest_mean * rest_mean, 0)
    / greatest(rest_people - 1, 1) as rest_variance,
    (mean + z2 / 2) / (1 + z2) as middle,
    (rest_mean + rest_z2 / 2) / (1 + rest_z2) as rest_middle
  from means
),
spread as (
  select
    *,
    if(
      is_number,
      0,
      $z * sqrt(greatest(mean * (1 - mean), 0) / people + z2 / (4 * people)) / (1 + z2)
    ) as half,
    if(
      is_number,
      0,
      $z
      * sqrt(greatest(rest_mean * (1 - rest_mean), 0) / rest_people + rest_z2 / (4 * rest_people))
      / (1 + rest_z2)
    ) as rest_half
  from halves
),
differences as (
  select
    *,
    case
      when not is_number then mean - rest_mean
      when overall > 0 then (mean - rest_mean) / overall
      else 0
    end as difference,
    case
      when not is_number
      then sqrt(pow(mean - (middle - half), 2) + pow(rest_middle + rest_half - rest_mean, 2))
      when overall > 0 then $z * sqrt(variance + rest_variance) / overall
      else 0
    end as below,
    case
      when not is_number
      then sqrt(pow(middle + half - mean, 2) + pow(rest_mean - (rest_middle - rest_half), 2))
      when overall > 0 then $z * sqrt(variance + rest_variance) / overall
      else 0
    end as above
  from spread
)
select
  outcome || ', ' || dimension || '=' || group_name || ', ' || window_days || ' days' as segment,
  difference as value,
  cast(reached as bigint) as numerator,
  cast(people as bigint) as denominator,
  difference - below as lower,
  difference + above as upper,
  $target as target,
  case
    when least(people, rest_people) >= $least_people
    then
      abs(difference) <= $telling + 1e-9
      or difference - below <= 0 and difference + above >= 0
  end as passed,
  if(
    least(people, rest_people) < $least_people,
    'not judged: fewer than ' || $least_people || ' people in the group or beside it',
    null
  ) as note
from differences
