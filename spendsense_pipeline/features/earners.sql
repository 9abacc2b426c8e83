-- Earners of the households that more than one payer pays. Payers who follow one another are one
-- earner who changed jobs; payers side by side for longer than a change of jobs takes are two.
with recursive several as (
  select user_no
  from _paydays
  group by user_no
  having count(distinct payer_no) > 1
),
gaps as (
  select
    user_no,
    payer_no,
    date,
    date - lag(date) over (partition by user_no, payer_no order by date) as gap_days
  from _paydays
  where user_no in (select user_no from several)
),
payers as (
  select
    user_no,
    payer_no,
    min(date) as first_date,
    max(date) as last_date,
    -- Who pays rarer than any payroll is a client, and clients take turns with one another.
    coalesce(median(gap_days) > $rarest_payroll_days, false) as is_client
  from gaps
  group by user_no, payer_no
),
spans as (
  -- All clients of a household together, every other payer alone.
  select
    user_no,
    list(payer_no) as payers,
    min(first_date) as first_date,
    max(last_date) as last_date,
    row_number() over (
      partition by user_no order by min(first_date), max(last_date), min(payer_no)
    ) as place
  from payers
  group by user_no, case when not is_client then payer_no end
),
followed as (
  -- One after another, in the order they began; `ends` holds the last payday of each earner.
  select user_no, payers, place, 1 as earner_no, [last_date] as ends
  from spans
  where place = 1
  union all
  select
    user_no,
    payers,
    place,
    earner_no,
    list_transform(
      range(1, greatest(len(ends), earner_no) + 1),
      lambda no: case when no = earner_no then greatest(ends[no], last_date) else ends[no] end
    ) as ends
  from (
    select
      span.user_no,
      span.payers,
      span.place,
      span.last_date,
      earlier.ends,
      coalesce(
        list_position(
          earlier.ends,
          coalesce(
            -- An earner whose pay stopped a little before this one's began.
            list_max(
              list_filter(
                earlier.ends,
                lambda ends_on: span.first_date - ends_on between 1 and $job_change_days
              )
            ),
            -- Else of those this one was not side by side with, whoever was paid last.
            list_max(
              list_filter(
                earlier.ends,
                lambda ends_on: least(ends_on, span.last_date) - span.first_date <= $job_change_days
              )
            )
          )
        ),
        len(earlier.ends) + 1
      ) as earner_no
    from followed as earlier
    join spans as span on span.user_no = earlier.user_no and span.place = earlier.place + 1
  )
)
select user_no, unnest(payers) as payer_no, cast(earner_no as integer) as earner_no
from followed
