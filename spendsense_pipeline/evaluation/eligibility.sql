-- Per window, the eligibility criteria that were met and are.
select window_days, count(*) filter (was_met and is_met) as hits, count(*) as cases
from _evaluation_compared
where role = 'eligibility'
group by window_days
