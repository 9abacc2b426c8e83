-- Which pieces are series: how many charges, how regular in time, how steady in amount.
with candidates as (
  -- Denser than weekly on average, or a habit of any price, cannot pass: spare them the sorting.
  select piece_no
  from _shapes
  where recent_count >= 3
    and last_date - first_recent >= 5.5 * (recent_count - 1)
    and (not list_contains($everyday_kinds, kind) or most_cents <= 5 * least_cents)
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
    count(gap_days) as gaps,
    count(*) filter (gap_days between 6 and 8) as weekly,
    count(*) filter (gap_days between 13 and 15) as weekly_skips,
    count(*) filter (gap_days between 12 and 17) as fortnightly,
    avg(gap_days) filter (gap_days between 12 and 17) as fortnight_days,
    count(*) filter (gap_days between 26 and 33) as fortnightly_skips,
    count(*) filter (gap_days between 26 and 34) as monthly,
    count(*) filter (gap_days between 57 and 65) as monthly_skips,
    count(*) filter (gap_days between 27 and 33) as strictly_monthly,
    count(*) filter (gap_days between 26 and 45) as monthly_or_late,
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
    shape.last_date,
    shape.last_date - shape.first_recent as span_days,
    -- Twice in 400 days, a year apart.
    shape.yearly_cents is not null
    and list_contains(['whole merchants', 'yearly plans'], $reading) as is_annual,
    shape.recent_count = 2 and $reading = 'whole merchants' as is_early,
    rhythm.gaps,
    shape.recent_count,
    shape.recent_cents,
    shape.least_cents,
    shape.most_cents,
    shape.yearly_cents,
    shape.least_yearly_cents,
    shape.most_yearly_cents,
    -- Three gaps in four must fit; one skip is forgiven.
    rhythm.weekly > 0
    and 4 * (rhythm.weekly + least(rhythm.weekly_skips, 1)) >= 3 * rhythm.gaps as is_weekly,
    rhythm.fortnightly > 0
    and 4 * (rhythm.fortnightly + least(rhythm.fortnightly_skips, 1)) >= 3 * rhythm.gaps
      as is_fortnightly,
    rhythm.monthly > 0 and 4 * (rhythm.monthly + least(rhythm.monthly_skips, 1)) >= 3 * rhythm.gaps
    -- A monthly bill paid from the next paycheck: 28 days apart, then 42.
    or list_contains($owed_kinds, shape.kind)
    and 4 * rhythm.monthly_or_late >= 3 * rhythm.gaps
    and shape.last_date
    - shape.first_recent between 27 * rhythm.gaps and 36 * rhythm.gaps as is_monthly,
    rhythm.fortnight_days,
    rhythm.strictly_monthly = rhythm.gaps as is_strictly_monthly,
    rhythm.step_cents,
    rhythm.steps,
    rhythm.small_steps
  from _shapes as shape
  left join rhythms as rhythm on rhythm.piece_no = shape.piece_no
),
regular as (
  select
    piece_no,
    group_no,
    kind,
    last_date,
    is_strictly_monthly,
    case when is_annual then 2 else recent_count end as charge_count,
    case when is_annual then yearly_cents else recent_cents end as cents,
    case when is_annual then least_yearly_cents else least_cents end as least_cents,
    case when is_annual then most_yearly_cents else most_cents end as most_cents,
    is_annual or gaps is not null as is_mature,
    case
      when is_annual then 'ANNUALLY'
      when is_weekly or is_early and span_days between 6 and 8 then 'WEEKLY'
      when is_fortnightly then
        case when fortnight_days > $semi_monthly_from_days then 'SEMI_MONTHLY' else 'BIWEEKLY' end
      when is_early and span_days between 12 and 14 then 'BIWEEKLY'
      when is_early and span_days between 15 and 17 then 'SEMI_MONTHLY'
      when is_monthly or is_early and span_days between 26 and 34 then 'MONTHLY'
    end as frequency,
    -- One price step, or with enough charges one odd charge (a step up and a step down), though not
    -- among charges picked from others, as visits to a cinema may be. Half as much again is for
    -- who charges 19.99 in truth 29.99: a cent is allowed for.
    case
      when is_annual then most_yearly_cents <= 1.25 * least_yearly_cents
      when gaps is null then most_cents <= 1.02 * least_cents
      else steps <= case when recent_count >= 5 and $reading = 'whole merchants' then 2 else 1 end
        and most_cents <= 1.5 * least_cents + 1
    end as is_steady,
    case when is_annual then most_yearly_cents = least_yearly_cents else small_steps = 0 end
      as is_flat,
    -- A bill may vary: on average by 45 % of its size from one to the next.
    case
      when is_annual then most_yearly_cents <= 1.5 * least_yearly_cents
      when gaps is null then most_cents <= 1.45 * least_cents
      else step_cents * recent_count <= 0.45 * recent_cents * gaps
    end as is_similar
  from timed
  where gaps is not null or is_annual or is_early
),
called as (
  select
    piece_no,
    group_no,
    last_date,
    charge_count,
    cents,
    least_cents,
    most_cents,
    is_mature,
    frequency,
    case
      -- Three visits to a cinema, or some picked from among many, are none: what is not charged
      -- month by month keeps its price, or has kept its cadence for longer.
      when kind = 'subscription' then
        case
          when is_steady
            and (
              not is_mature or frequency = 'ANNUALLY' or is_flat or is_strictly_monthly
              or $reading = 'whole merchants' and charge_count >= 4
            )
          then 'subscription'
        end
      when kind in ('bill', 'income', 'transfer') then case when is_similar then kind end
      when not is_mature then null
      -- One contract of several with a payee that neither category nor name tells of keeps its day,
      -- and its price while there are only three charges to go by.
      when kind = 'unknown' and $reading = 'parts of merchants'
        and (not is_strictly_monthly or charge_count < 4 and not is_flat)
      then null
      -- A habit is a subscription only when flat in price and monthly or annual (a membership);
      -- picked from among a shop's other charges, it must keep to the month closely.
      when kind = 'habit' and is_flat and frequency in ('MONTHLY', 'ANNUALLY')
        and ($reading = 'whole merchants' or is_strictly_monthly)
      then 'subscription'
      when kind in ('habit', 'other') then
        case when is_similar and $reading = 'whole merchants' then 'habit' end
      -- Neither category nor name tells: small and flat is a subscription, a dear monthly one a
      -- bill.
      when frequency in ('MONTHLY', 'ANNUALLY') and is_steady
        and cents <= charge_count * $dearest_unknown_subscription
      then 'subscription'
      when frequency in ('SEMI_MONTHLY', 'MONTHLY', 'ANNUALLY') and is_similar
        and (is_steady or $reading <> 'parts of merchants')
        and cents > charge_count * $dearest_unknown_subscription
      then 'bill'
      when is_similar and $reading = 'whole merchants' then 'habit'
    end as kind
  from regular
  where frequency is not null
)
select
  $reading as reading,
  called.piece_no,
  called.group_no,
  called.kind,
  called.frequency,
  cadence.days as cadence_days,
  -- By then even a charge skipped once would be late.
  case
    when called.is_mature then 'MATURE'
    when $as_of - called.last_date <= $late_after_cadences * cadence.days then 'EARLY_DETECTION'
    else 'TOMBSTONED'
  end as status,
  called.charge_count,
  called.cents,
  called.least_cents,
  called.most_cents,
  called.last_date,
  $as_of - called.last_date <= $late_after_cadences * cadence.days as is_active
from called
join (
  select unnest($frequencies) as frequency, unnest($cadence_days) as days
) as cadence on cadence.frequency = called.frequency
where called.kind is not null
