-- Per window, the people who have enough to learn.
select window_days, count(*) filter (education_count >= $least_education) as hits, count(*) as cases
from _evaluation_people
group by window_days
