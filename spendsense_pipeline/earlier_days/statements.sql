-- Card statements issued by each day, dated like the rows.
select
  statement.* replace (
    statement.account_id || moment.suffix as account_id,
    statement.statement_id || moment.suffix as statement_id,
    statement.issued_on + moment.shift_days as issued_on,
    statement.due_on + moment.shift_days as due_on
  )
from now.card_statements as statement
join now.raw_accounts as account on account.account_id = statement.account_id
join _moments as moment
  on moment.user_id = account.user_id and statement.issued_on <= moment.as_of
