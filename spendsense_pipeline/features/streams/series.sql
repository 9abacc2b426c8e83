-- The series that stand: of several ways to read the same charges one, and what each comes to.
with split as (
  -- What looked like one series twice a month, when its parts are months apart and hold all of it.
  select whole.group_no
  from _found as whole
  join _found as part
    on part.group_no = whole.group_no and part.reading = 'parts of merchants'
    and part.frequency = 'MONTHLY' and part.status = 'MATURE'
  join _members as member on member.reading = part.reading and member.piece_no = part.piece_no
  where whole.reading = 'whole merchants'
    -- Every other week is 28 days, and no month.
    and part.last_date - member.first_date >= 28.7 * (len(member.transaction_ids) - 1)
  group by whole.group_no
  having count(*) >= 2 and sum(part.charge_count) >= any_value(whole.charge_count) - 1
),
kept as (
  select found.*
  from _found as found
  left join split on split.group_no = found.group_no
  where case found.reading
      when 'whole merchants' then
        split.group_no is null
        and (
          found.status = 'MATURE'
          -- Two charges that turned out to be of two yearly plans.
          or found.group_no not in (
            select plan.group_no from _found as plan
            where plan.reading = 'yearly plans'
          )
        )
      when 'parts of merchants' then
        split.group_no is not null
        or found.group_no not in (
          select whole.group_no from _found as whole
          where whole.reading = 'whole merchants'
        )
      else true
    end
)
select
  found.reading,
  found.piece_no,
  found.kind,
  found.frequency,
  found.cadence_days,
  found.status,
  found.is_active,
  member.first_date,
  found.last_date,
  member.last_transaction_id,
  groups.account_no,
  groups.merchant_no,
  case when groups.is_inflow then -1 else 1 end as sign,
  sign * cast(round(found.cents / found.charge_count) as bigint) as average_cents,
  average_cents / 100 * $nominal_days_per_month / found.cadence_days as monthly_amount,
  cast(sign * member.last_30_days_cents as decimal(18, 0)) * 0.01 as last_30_days_amount,
  cast(sign * member.last_180_days_cents as decimal(18, 0)) * 0.01 as last_180_days_amount
from kept as found
join _members as member on member.reading = found.reading and member.piece_no = found.piece_no
join _groups as groups on groups.group_no = found.group_no
