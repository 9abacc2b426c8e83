-- Every value of a single row that items may cite: whose, where it stands, and what it says.
with cards as (
  select account.*, liability.apr_percentage, liability.minimum_payment_amount
  from raw_accounts as account
  left join raw_liabilities as liability on liability.account_id = account.account_id
  where account.type = 'credit'
),
said as (
  select
    user_id,
    account_id as id,
    unnest([
      {
        place: 'raw_accounts.mask', unit: 'text', value: null,
        words: 'card' || coalesce(' ending in ' || mask, '')
      },
      {
        place: 'raw_accounts.balance_current', unit: 'fraction',
        value: round(cast(balance_current as double) / nullif(balance_limit, 0), 4), words: null
      },
      {
        place: 'raw_accounts.balance_current', unit: 'USD',
        value: cast(balance_current as double), words: null
      },
      {
        place: 'raw_accounts.balance_limit', unit: 'USD',
        value: cast(balance_limit as double), words: null
      },
      {
        place: 'raw_liabilities.apr_percentage', unit: 'percent',
        value: cast(apr_percentage as double), words: null
      },
      {
        place: 'raw_liabilities.minimum_payment_amount', unit: 'USD',
        value: cast(minimum_payment_amount as double), words: null
      }
    ]) as cited
  from cards
  union all
  select
    user_id,
    stream_id,
    unnest([
      {
        place: 'recurring_streams.merchant_name', unit: 'text', value: null, words: merchant_name
      },
      {
        place: 'recurring_streams.monthly_amount', unit: 'USD',
        value: round(cast(monthly_amount as double), 2), words: null
      }
    ])
  from recurring_streams
  where kind = 'subscription'
  union all
  select
    user_id,
    account_id,
    unnest([
      {
        place: 'raw_loans.next_monthly_payment_usd', unit: 'USD',
        value: cast(next_monthly_payment_usd as double), words: null
      },
      {
        place: 'raw_loans.interest_rate_percentage', unit: 'percent',
        value: cast(interest_rate_percentage as double), words: null
      }
    ])
  from raw_loans
)
select user_id, id, cited.place, cited.unit, cited.value, cited.words
from said
