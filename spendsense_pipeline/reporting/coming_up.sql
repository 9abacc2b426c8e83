-- What a person's recurring streams are expected to bring, or take, in the days after as_of.
select
  predicted_next_date as date,
  merchant_name as name,
  kind,
  average_amount as amount_usd,
  account_id
from recurring_streams
where user_id = $user_id
  and is_active
  and status = 'MATURE'
  and (list_contains($bills, kind) or kind = 'income' and list_contains($pay, category_detailed))
  and predicted_next_date > $as_of
  and predicted_next_date <= $through
order by predicted_next_date, abs(average_amount) desc, merchant_name
