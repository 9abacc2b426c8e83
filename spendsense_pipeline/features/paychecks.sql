-- Every deposit of earned income up to as_of and who paid it: what is named pay, and what is paid
-- as pay is.
select inflow.user_no, inflow.account_no, inflow.date, inflow.cents, payer.payer_no
from _inflows as inflow
join _payers as payer on payer.payer_text = inflow.payer_text
where inflow.is_paycheck
union all
select user_no, account_no, date, cents, payer_no
from _unnamed_pay
