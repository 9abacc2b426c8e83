-- Within one institution both legs of a transfer post on one day; between two what leaves comes
-- first, and only its arrival may still be due.
with holder as (
  select user_id, count(distinct institution_id) as institutions
  from _checks_accounts
  where type = 'depository'
  group by user_id
)
select
  transfer.transfer_id,
  transfer.legs,
  transfer.first_date,
  transfer.last_date,
  transfer.institutions
from _checks_transfers as transfer
left join holder on holder.user_id = transfer.user_id
where (transfer.last_date > transfer.first_date or transfer.legs = 1)
  and (
    not transfer.leaves_first
    or transfer.card_legs > 0
    or if(transfer.legs = 1, holder.institutions, transfer.institutions) < 2
  )
