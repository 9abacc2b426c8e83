-- Evidence of every decision: each needed feature with its ids or its reference, in the rules'
-- order.
with
entries as (
  select
    n.user_id, n.window_days, n.rank,
    case
      when r.feature is not null then to_json({
          feature: n.feature, value: n.value, computed_as: p.computed_as, days: n.days,
          reference: {
            account: r.accounts,
            "rows": r.rows_counted,
            "window": {"after": $as_of - n.window_days, through: $as_of},
            opening: case when r.rows_counted <> 'spend' then r.opening_cents / 100 end,
            row_count: r.row_count,
            sum: r.sum_cents / 100
          }
        })
      else to_json({
          feature: n.feature, value: n.value, computed_as: p.computed_as, days: n.days,
          kind: p.kind, ids: coalesce(i.ids, [])
        })
    end as entry
  from _evidence_needed as n
  join _proofs as p using (feature)
  left join _evidence_ids as i using (user_id, window_days, feature)
  left join _evidence_references as r using (user_id, window_days, feature)
)
select user_id, window_days, list(entry order by rank) as evidence
from entries
group by user_id, window_days
