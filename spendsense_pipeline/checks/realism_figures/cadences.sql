-- How many people are paid at each cadence by their main earner.
select cadence, count(*) as people
from _checks_pay
group by cadence
order by cadence
