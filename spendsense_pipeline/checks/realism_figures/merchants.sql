-- How often each merchant is bought from, most popular first.
select merchant_name, count(*) as purchases
from _checks_everyday_purchases
where merchant_name is not null
group by merchant_name
order by purchases desc, merchant_name
