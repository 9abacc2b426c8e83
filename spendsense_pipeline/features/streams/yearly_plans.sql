-- Third reading: yearly plans at a payee that charges for other things too, such as monthly plans
-- or another yearly one: pairs of charges a year apart that belong to no series yet.
with explained as (
  select unnest(member.transaction_ids) as transaction_id
  from _members as member
  join _found as found on found.reading = member.reading and found.piece_no = member.piece_no
  join _groups as groups on groups.group_no = found.group_no
  where found.status = 'MATURE' and list_contains($plan_kinds, groups.kind)
),
left_over as (
  select
    charge.group_no,
    charge.date,
    charge.cents,
    charge.transaction_id,
    -- Two equal charges on one day are of two plans.
    row_number() over (
      partition by charge.group_no, charge.date, charge.cents order by charge.transaction_id
    ) as line
  from _charges as charge
  join _groups as groups on groups.group_no = charge.group_no
  where list_contains($plan_kinds, groups.kind)
    and charge.group_no in (
      select older.group_no from _charges as older
      where older.date <= $as_of - 350
    )
    and charge.transaction_id not in (select explained.transaction_id from explained)
),
payees as (
  -- With more charges than a few plans make it is a shop, where pairs happen.
  select group_no, count(*) as charge_count
  from left_over
  group by group_no
  having count(*) <= 8
),
pairs as (
  select
    earlier.group_no,
    earlier.transaction_id as earlier_id,
    later.transaction_id as later_id,
    row_number() over (
      partition by earlier.transaction_id
      order by
        abs(later.cents - earlier.cents), abs(later.date - earlier.date - 365), later.transaction_id
    ) as earlier_choice,
    row_number() over (
      partition by later.transaction_id
      order by
        abs(later.cents - earlier.cents),
        abs(later.date - earlier.date - 365),
        earlier.transaction_id
    ) as later_choice,
    later.cents = earlier.cents as is_flat
  from left_over as earlier
  join payees on payees.group_no = earlier.group_no
  join left_over as later
    on later.group_no = earlier.group_no
    and (later.line = earlier.line or later.cents <> earlier.cents)
    and later.date - earlier.date between 350 and 380
    and greatest(later.cents, earlier.cents) <= 1.25 * least(later.cents, earlier.cents)
),
plans as (
  select
    pair.earlier_id,
    pair.later_id,
    pair.is_flat,
    payees.charge_count - 2 * count(*) over (partition by pair.group_no) as others
  from pairs as pair
  join payees on payees.group_no = pair.group_no
  where pair.earlier_choice = 1 and pair.later_choice = 1
)
select
  dense_rank() over (order by plan.earlier_id) as piece_no,
  charge.group_no,
  charge.date,
  charge.cents,
  charge.transaction_id
from left_over as charge
join plans as plan on charge.transaction_id in (plan.earlier_id, plan.later_id)
-- Beside charges that nothing explains, only one price tells.
where plan.others = 0 or plan.is_flat and plan.others <= 2
