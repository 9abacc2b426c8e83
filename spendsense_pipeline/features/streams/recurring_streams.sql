-- Series of charges and deposits that repeat, in Plaid's words, and what each of them is.
with series as (
  select
    series.*,
    -- The day of the month a monthly charge usually falls on.
    case when series.frequency = 'MONTHLY' and series.is_active then
        list_mode(list_transform(member.transaction_dates, lambda date: day(date)))
    end as usual_day
  from _series as series
  join _members as member
    on member.reading = series.reading and member.piece_no = series.piece_no
),
merchants as (
  select
    merchant_no,
    any_value(is_name) as is_name,
    any_value(merchant_key) as merchant_key,
    -- The key as a number: one word to compare.
    dense_rank() over (order by any_value(merchant_key)) as key_no
  from _stream_merchants
  group by merchant_no
),
described as (
  select
    series.* exclude (account_no),
    last_row.user_id,
    last_row.account_id,
    merchant.merchant_key,
    merchant.key_no,
    last_row.account_no,
    last_row.name as description,
    coalesce(
      last_row.merchant_name,
      case when merchant.is_name then merchant.merchant_key else last_row.name end
    )
      as merchant_name,
    last_row.code,
    last_row.category_source,
    last_row.category_primary,
    last_row.amount as last_amount
  from series
  -- (The date says nothing new, but lets the scan skip older rows.)
  join _coded_rows as last_row
    on last_row.transaction_id = series.last_transaction_id and last_row.date = series.last_date
  join merchants as merchant on merchant.merchant_no = series.merchant_no
),
ranked as (
  select
    *,
    -- Contracts alike in everything else are told apart by age, then size.
    row_number() over (
      partition by account_no, key_no, kind, sign, frequency
      order by first_date, average_cents, last_transaction_id
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
            -- That day, or the month's last if it has no such day.
            lambda k: cast(
              least(
                date_trunc('month', last_date)
                + to_months(k)
                + to_days(cast(usual_day - 1 as integer)),
                last_day(cast(date_trunc('month', last_date) + to_months(k) as date))
              ) as date
            )
          ),
          lambda d: d > $as_of and d > last_date + 15
        ))
      when frequency = 'ANNUALLY' then cast(last_date + to_years(1) as date)
      else cast(
          last_date
          + to_days(
            cast(
              round(
                cadence_days * greatest(1, ceil(($as_of - last_date + 1) / cadence_days))
              ) as integer
            )
          )
          as date
        )
    end as next_date
  from ranked
)
select
  md5(
    concat_ws(
      '|', user_id, account_id, merchant_key, expected.kind, sign, frequency, rank_among_alike
    )
  )
    as stream_id,
  expected.user_id,
  expected.account_id,
  cast($as_of as date) as as_of,
  expected.merchant_name,
  expected.description,
  coalesce(known.category_primary, expected.category_primary) as category_primary,
  nullif(expected.code, known.category_primary) as category_detailed,
  expected.category_source,
  expected.kind,
  expected.frequency,
  expected.cadence_days,
  expected.status,
  expected.is_active,
  len(member.transaction_ids) as charge_count,
  cast(expected.average_cents as decimal(18, 0)) * 0.01 as average_amount,
  expected.last_amount,
  expected.monthly_amount,
  expected.first_date,
  expected.last_date,
  -- Banks post pay before a weekend and everything else after it (holidays are not considered
  -- here).
  case
    when isodow(next_date) < 6 or expected.kind not in ('income', 'bill', 'transfer') then next_date
    when expected.kind = 'income' then next_date - cast(isodow(next_date) - 5 as integer)
    else next_date + cast(8 - isodow(next_date) as integer)
  end as predicted_next_date,
  member.transaction_ids,
  member.transaction_dates,
  expected.last_30_days_amount,
  expected.last_180_days_amount
from expected
join _members as member on member.reading = expected.reading and member.piece_no = expected.piece_no
left join _category_rules as known on known.code = expected.code
order by user_id, stream_id
