-- The first posted row of everyone measured: where the history of imported data starts.
select user_no, min(date) as date
from _measured_rows
group by user_no
