-- Series of charges and deposits that repeat, in Plaid's words, and what each of them is.
with series as (
  select
    reading,
    piece_no,
    any_value(is_inflow) as is_inflow,
    count(*) as charge_count,
    min(date) as first_date,
    max(date) as last_date,
    arg_max(transaction_id, (date, transaction_id)) as last_transaction_id,
    list(transaction_id order by date, transaction_id) as transaction_ids,
    list(date order by date, transaction_id) as transaction_dates,
    list(
      cast(case when is_inflow then -cents else cents end as decimal(18, 0)) * 0.01 order by date, transaction_id
    ) as transaction_amounts,
    -- The day of the month it usually falls on; the latest of equals.
    arg_max(day(date), (same_day, date)) as usual_day
  from (
    select
      member.*,
      count(*) over (partition by reading, piece_no, day(date)) as same_day
    from _members as member
  )
  group by reading, piece_no
),
described as (
  select
    found.*,
    series.* exclude (reading, piece_no, charge_count, last_date),
    series.charge_count as member_count,
    person.user_id,
    account.account_id,
    merchant.merchant_key,
    last_row.name as description,
    coalesce(last_row.merchant_name, case when merchant.is_name then merchant.merchant_key end, last_row.name)
      as merchant_name,
    charge.code,
    charge.category_source,
    (case when series.is_inflow then -1 else 1 end)
      * round(found.recent_cents / found.charge_count) as average_cents,
    last_row.amount as last_amount
  from _found as found
  join series on series.reading = found.reading and series.piece_no = found.piece_no
  join _charges as charge on charge.transaction_id = series.last_transaction_id
  join raw_transactions as last_row on last_row.transaction_id = series.last_transaction_id
  join _measured_accounts as account on account.account_no = charge.account_no
  join _measured_users as person on person.user_no = charge.user_no
  join (
    select merchant_no, any_value(is_name) as is_name, any_value(merchant_key) as merchant_key
    from _stream_merchants
    group by merchant_no
  ) as merchant on merchant.merchant_no = charge.merchant_no
),
ranked as (
  select
    *,
    -- Contracts alike in everything else are told apart by age, then size.
    row_number() over (
      partition by user_id, account_id, merchant_key, kind, is_inflow, frequency
      order by first_date, average_cents, transaction_ids[1]
    ) as rank_among_alike
  from described
),
expected as (
  select
    *,
    case
      when not is_active then null
      when frequency = 'MONTHLY' then list_min(list_filter(
        list_transform(
          [0, 1, 2, 3],
          lambda k: cast(
            least(
              date_trunc('month', last_date) + to_months(k) + to_days(cast(usual_day - 1 as integer)),
              last_day(cast(date_trunc('month', last_date) + to_months(k) as date))
            ) as date
          )
        ),
        lambda d: d > $as_of and d > last_date + 15
      ))
      when frequency = 'ANNUALLY' then cast(last_date + to_years(1) as date)
      else cast(
        last_date + to_days(cast(round(cadence_days * greatest(1, ceil(($as_of - last_date + 1) / cadence_days))) as integer))
        as date
      )
    end as next_date
  from ranked
)
select
  md5(concat_ws('|', user_id, account_id, merchant_key, kind, is_inflow, frequency, rank_among_alike))
    as stream_id,
  user_id,
  account_id,
  cast($as_of as date) as as_of,
  merchant_name,
  description,
  primaries.category_primary,
  case when code is distinct from primaries.category_primary then code end as category_detailed,
  category_source,
  kind,
  frequency,
  cadence_days,
  status,
  is_active,
  member_count as charge_count,
  cast(average_cents as decimal(18, 0)) * 0.01 as average_amount,
  last_amount,
  average_cents / 100 * 30.44e0 / cadence_days as monthly_amount,
  first_date,
  last_date,
  -- Banks post pay before a weekend and everything else after it (holidays are not considered here).
  case
    when isodow(next_date) < 6 or not (kind in ('income', 'bill', 'transfer')) then next_date
    when kind = 'income' then next_date - cast(isodow(next_date) - 5 as integer)
    else next_date + cast(8 - isodow(next_date) as integer)
  end as predicted_next_date,
  transaction_ids,
  transaction_dates,
  transaction_amounts
from expected
left join (
  select unnest($codes) as code, unnest($primaries) as category_primary
) as primaries using (code)
order by user_id, stream_id
