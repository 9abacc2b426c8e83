-- How often each purchase amount occurs, cash aside: the material of every figure about amounts.
select cents, count(*) as purchases
from _checks_everyday_purchases
where spending_category <> 'cash'
group by cents
order by cents
