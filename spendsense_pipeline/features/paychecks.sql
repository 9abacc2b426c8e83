-- Every deposit of earned income up to as_of: a gap may have begun before the window.
select user_no, date, cents
from _categorised_rows
where is_paycheck
