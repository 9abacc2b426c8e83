-- Every amount is a whole number of cents.
select transaction_id, account_id, date, amount
from raw_transactions
where amount is null or amount <> round(amount, 2)
