-- Every row names the holder of its account.
select transaction_id, account_id, user_id, holder
from _checks_suspects
where user_id <> holder
