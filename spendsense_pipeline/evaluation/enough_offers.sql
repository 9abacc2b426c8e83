-- Per window, the people whom something is offered.
select window_days, count(*) filter (offer_count >= $least_offers) as hits, count(*) as cases
from _evaluation_people
group by window_days
