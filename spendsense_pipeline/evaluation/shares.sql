-- Shares as rows of `evaluation`: with a 95 % Wilson interval where they are of a sample, beside
-- the target and whether they meet it.
with judged as (
  select
    counted.*,
    target.*,
    hits / nullif(cases, 0) as value,
    $z * $z / cases as z2
  from _evaluation_counts as counted
  cross join (
    select
      $least as least,
      $most as most,
      $slack as slack,
      $by_interval as by_interval,
      if($by_interval, $least_cases, 1) as least_cases
  ) as target
),
spread as (
  select
    *,
    (value + z2 / 2) / (1 + z2) as middle,
    $z * sqrt(value * (1 - value) / cases + z2 / (4 * cases)) / (1 + z2) as half
  from judged
),
bounded as (
  select
    *,
    if($is_sample, greatest(0, middle - half), null) as lower,
    if($is_sample, least(1, middle + half), null) as upper
  from spread
)
select
  segment,
  value,
  hits as numerator,
  cases as denominator,
  lower,
  upper,
  $target as target,
  case
    when cases < least_cases then null
    when least is not null
    then if(by_interval, upper, (hits + slack) / cases) >= least - 1e-9
    else if(by_interval, lower, (hits - slack) / cases) <= most + 1e-9
  end as passed,
  case
    when cases = 0 then 'not judged: no case'
    when cases < least_cases then 'not judged: fewer than ' || least_cases || ' cases'
  end as note
from bounded
