-- Which pieces are series: how many charges, how regular in time, how steady in amount.
with shapes as (
  select
    piece_no,
    arg_max(group_no, date) as group_no,
    any_value(kind) as kind,
    any_value(is_inflow) as is_inflow,
    count(*) as all_count,
    min(date) as first_date,
    max(date) as last_date,
    count(*) filter (date > $as_of - $lookback) as recent_count,
    min(date) filter (date > $as_of - $lookback) as first_recent,
    cast(sum(cents) filter (date > $as_of - $lookback) as bigint) as recent_cents,
    min(cents) filter (date > $as_of - $lookback) as least_cents,
    max(cents) filter (date > $as_of - $lookback) as most_cents,
    min(cents) as least_cents_of_all,
    max(cents) as most_cents_of_all
  from _pieces
  group by piece_no
  having count(*) >= 2
),
candidates as (
  -- Denser than weekly on average, or a habit of any price, cannot pass: spare them the sorting.
  select piece_no
  from shapes
  where recent_count >= 3
    and last_date - first_recent >= 5.5 * (recent_count - 1)
    and (kind not in ('habit', 'other') or most_cents <= 5 * least_cents)
),
steps as (
  select
    piece.piece_no,
    piece.date - lag(piece.date) over in_order as gap_days,
    piece.cents,
    lag(piece.cents) over in_order as previous_cents
  from _pieces as piece
  join candidates on candidates.piece_no = piece.piece_no
  where piece.date > $as_of - $lookback
  window in_order as (partition by piece.piece_no order by piece.date, piece.cents)
),
rhythms as (
  -- Gaps of one cadence or of two (a skipped charge), with room for weekends and lengths of months.
  select
    piece_no,
    count(gap_days) as gap_count,
    count(*) filter (gap_days between 6 and 8) as weekly,
    count(*) filter (gap_days between 13 and 15) as weekly_skips,
    count(*) filter (gap_days between 12 and 17) as fortnightly,
    avg(gap_days) filter (gap_days between 12 and 17) as fortnight_days,
    count(*) filter (gap_days between 26 and 33) as fortnightly_skips,
    count(*) filter (gap_days between 26 and 34) as monthly,
    count(*) filter (gap_days between 57 and 65) as monthly_skips,
    count(*) filter (gap_days between 27 and 33) as strictly_monthly,
    cast(coalesce(sum(abs(cents - previous_cents)), 0) as bigint) as step_cents,
    count(*) filter (abs(cents - previous_cents) > 0.02 * previous_cents) as steps,
    count(*) filter (abs(cents - previous_cents) > 0.005 * previous_cents) as small_steps
  from steps
  group by piece_no
),
timed as (
  select
    shape.piece_no,
    shape.group_no,
    shape.kind,
    shape.recent_count,
    shape.recent_cents,
    shape.last_date,
    shape.most_cents,
    shape.least_cents,
    'MATURE' as status,
    -- Three gaps in four must fit; one skip is forgiven.
    case
      when 4 * (rhythm.weekly + least(rhythm.weekly_skips, 1)) >= 3 * rhythm.gap_count and rhythm.weekly > 0
        then 'WEEKLY'
      when 4 * (rhythm.fortnightly + least(rhythm.fortnightly_skips, 1)) >= 3 * rhythm.gap_count
        and rhythm.fortnightly > 0
        -- Half-way between 14 and 15.22.
        then case when rhythm.fortnight_days > 14.61 then 'SEMI_MONTHLY' else 'BIWEEKLY' end
      when 4 * (rhythm.monthly + least(rhythm.monthly_skips, 1)) >= 3 * rhythm.gap_count and rhythm.monthly > 0
        then 'MONTHLY'
    end as frequency,
    rhythm.strictly_monthly = rhythm.gap_count as is_strictly_monthly,
    -- One price step, or with enough charges one odd charge (a step up and a step down).
    rhythm.steps <= case when shape.recent_count >= 5 then 2 else 1 end
      and shape.most_cents <= 2 * shape.least_cents as is_steady,
    rhythm.small_steps = 0 as is_flat,
    -- A bill may vary: on average by 45 % of its size from one to the next.
    rhythm.step_cents * shape.recent_count <= 0.45 * shape.recent_cents * rhythm.gap_count as is_similar
  from shapes as shape
  join rhythms as rhythm on rhythm.piece_no = shape.piece_no
  union all
  -- Twice in 400 days, a year apart.
  select
    piece_no,
    group_no,
    kind,
    2 as recent_count,
    least_cents_of_all + most_cents_of_all as recent_cents,
    last_date,
    most_cents_of_all as most_cents,
    least_cents_of_all as least_cents,
    'MATURE' as status,
    'ANNUALLY' as frequency,
    false as is_strictly_monthly,
    most_cents_of_all <= 1.5 * least_cents_of_all as is_steady,
    most_cents_of_all = least_cents_of_all as is_flat,
    most_cents_of_all <= 1.5 * least_cents_of_all as is_similar
  from shapes
  where all_count = 2 and last_date - first_date between 350 and 380 and $reading = 'whole merchants'
  union all
  -- Twice so far: early, and counted by no feature.
  select
    piece_no,
    group_no,
    kind,
    recent_count,
    recent_cents,
    last_date,
    most_cents,
    least_cents,
    case when $as_of - last_date <= 1.6 * (last_date - first_recent) then 'EARLY_DETECTION' else 'TOMBSTONED' end
      as status,
    case
      when last_date - first_recent between 6 and 8 then 'WEEKLY'
      when last_date - first_recent between 12 and 14 then 'BIWEEKLY'
      when last_date - first_recent between 15 and 17 then 'SEMI_MONTHLY'
      when last_date - first_recent between 26 and 34 then 'MONTHLY'
    end as frequency,
    false as is_strictly_monthly,
    most_cents <= 1.02 * least_cents as is_steady,
    most_cents = least_cents as is_flat,
    most_cents <= 1.45 * least_cents as is_similar
  from shapes
  where recent_count = 2
    and kind in ('subscription', 'bill', 'income', 'transfer')
    and $reading = 'whole merchants'
),
named as (
  select
    timed.*,
    case
      when kind = 'subscription' then case when is_steady then 'subscription' end
      -- A habit is a subscription only when flat in price and monthly or annual (a membership); picked
      -- from among other charges, it must be so four times, or chance would find one in every grocer.
      when kind = 'habit' and is_flat and (
        frequency = 'ANNUALLY'
        or frequency = 'MONTHLY' and (
          $reading <> 'flat prices' or recent_count >= 4 and is_strictly_monthly
        )
      ) then 'subscription'
      when kind in ('habit', 'other') then
        case when is_similar and status = 'MATURE' and $reading <> 'flat prices' then 'habit' end
      -- Neither category nor name tells: small and flat is a subscription, a dear monthly one a bill.
      when kind = 'unknown' and frequency in ('MONTHLY', 'ANNUALLY') and is_steady
        and recent_cents <= recent_count * $dearest_unknown_subscription then 'subscription'
      when kind = 'unknown' and frequency in ('MONTHLY', 'SEMI_MONTHLY', 'ANNUALLY') and is_similar
        and recent_cents > recent_count * $dearest_unknown_subscription then 'bill'
      when kind = 'unknown' then case when is_similar then 'habit' end
      when is_similar then kind
    end as stream_kind
  from timed
  where frequency is not null
)
select
  $reading as reading,
  piece_no,
  group_no,
  stream_kind as kind,
  frequency,
  cadence.days as cadence_days,
  status,
  recent_count as charge_count,
  recent_cents,
  last_date,
  -- By then even a charge skipped once would be late.
  $as_of - last_date <= 1.6 * cadence.days as is_active
from named
join (
  select unnest($frequencies) as frequency, unnest($cadence_days) as days
) as cadence using (frequency)
where stream_kind is not null
