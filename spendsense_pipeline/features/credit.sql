-- Credit: how much of each card is used, what it costs, and how it is paid.
with cards as (
  select
    card.user_no,
    card.account_no,
    card.account_id,
    -- Unknown where the limit or the balance is.
    card.balance_cents / nullif(greatest(card.limit_cents, 0), 0) as utilization
  from _measured_accounts as card
  where card.is_card
),
flows as (
  select
    user_no,
    account_no,
    cast(coalesce(sum(cents) filter (is_card_interest), 0) as bigint) as interest_cents,
    count(*) as row_count
  from _window_rows
  where is_card
  group by user_no, account_no
),
statements as (
  select
    card.account_no,
    statement.issued_on,
    cast(statement.minimum_payment_amount * 100 as bigint) as minimum_cents,
    cast(statement.statement_balance * 100 as bigint) as balance_cents
  from card_statements as statement
  join cards as card on card.account_id = statement.account_id
  where statement.issued_on <= $as_of
),
payments as (
  select account_no, date, -cents as paid_cents
  from _window_rows
  where is_payment_received
),
answers as (
  -- A payment answers the latest statement before it: rows of the issue date belong to that
  -- statement.
  select
    payment.account_no,
    statement.issued_on is null as is_unanswerable,
    abs(payment.paid_cents - statement.minimum_cents) * 20 <= statement.minimum_cents
    and statement.balance_cents > statement.minimum_cents
    and statement.balance_cents > payment.paid_cents as is_minimum
  from payments as payment
  asof left join statements as statement
    on statement.account_no = payment.account_no and statement.issued_on < payment.date
),
answered as (
  select
    account_no,
    -- One payment that was more settles it; otherwise one that cannot be judged leaves it open.
    case
      when bool_or(not is_minimum) then false
      when bool_or(is_unanswerable) then null
      else true
    end as is_minimum_only
  from answers
  group by account_no
),
reported as (
  -- Data without statements: the last payment against the minimum the bank reports.
  select
    card.account_no,
    liability.is_overdue,
    case
      when liability.last_payment_date <= $as_of - $window_days then false
      when liability.last_payment_date is not null then
        abs(liability.last_payment_amount - liability.minimum_payment_amount) * 20
        <= liability.minimum_payment_amount
        and liability.last_statement_balance > liability.minimum_payment_amount
        and liability.last_statement_balance > liability.last_payment_amount
    end as is_minimum_only
  from cards as card
  join raw_liabilities as liability on liability.account_id = card.account_id
),
judged as (
  select
    card.user_no,
    card.account_no,
    card.utilization,
    coalesce(flows.interest_cents, 0) as interest_cents,
    coalesce(flows.row_count, 0) as row_count,
    reported.is_overdue,
    case
      when card.account_no in (select account_no from statements) then
        case when paid.account_no is null then false else paid.is_minimum_only end
      else reported.is_minimum_only
    end as is_minimum_only
  from cards as card
  left join flows on flows.account_no = card.account_no
  left join reported on reported.account_no = card.account_no
  left join answered as paid on paid.account_no = card.account_no
)
select
  user_no,
  count(*) as card_count,
  -- A card of unknown use leaves the greatest open, unless another is already in a band we report.
  case
    when count(*) = count(utilization) or max(utilization) >= $medium_from then max(utilization)
  end as max_utilization,
  -- Ordered, so that the same cards add up to the same last digit on any number of threads.
  case when count(*) = count(utilization) then sum(utilization order by account_no) / count(*) end
    as mean_utilization,
  case
    when max(utilization) >= $medium_from then true
    when count(*) = count(utilization) then false
  end as utilization_over_30,
  case
    when max(utilization) >= $high_from then true
    when count(*) = count(utilization) then false
  end as utilization_over_50,
  case
    when max(utilization) >= $critical_from then true
    when count(*) = count(utilization) then false
  end as utilization_over_80,
  cast(sum(interest_cents) as bigint) / 100 as interest_charged_usd,
  -- True beats unknown, unknown beats false.
  case
    when bool_or(is_minimum_only) then true
    when count(*) = count(is_minimum_only) then false
  end as minimum_payment_only,
  case when bool_or(is_overdue) then true when count(*) = count(is_overdue) then false end
    as is_overdue,
  cast(sum(row_count) as bigint) as row_count
from judged
group by user_no
