-- A card stays in one utilisation band (below 30 %, 30-50, 50-80, from 80) on every night, give or
-- take 2 points.
select account_id, band, least_utilization, most_utilization
from _checks_cards
where not (
    most_utilization <= 0.32
    or (least_utilization >= 0.28 and most_utilization <= 0.52)
    or (least_utilization >= 0.48 and most_utilization <= 0.82)
    or least_utilization >= 0.78
  )
