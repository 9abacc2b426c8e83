-- Per person: rows at regional chains, those in a state they do not serve, and rows at chains that
-- had closed.
select
  row.user_id,
  count(*) filter (chain.states is not null and row.state is not null) as regional,
  count(*) filter (
    chain.states is not null
    and row.state is not null
    and not list_contains(chain.states, row.state)
  ) as outside,
  count(*) filter (row.date > chain.closed_on and row.amount > 0) as after_closing
from raw_transactions as row
join _checks_chains as chain on chain.merchant_name = row.merchant_name
where row.user_id <= $last_person and not row.pending
group by row.user_id
order by row.user_id
