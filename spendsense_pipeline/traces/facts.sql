-- What sentences may cite: a person's own numbers as text, one member per slot of a template.
with
fullest_card as (
  select
    m.user_id, first(
      struct_pack(mask := a.mask, balance := a.balance_current, credit_limit := a.balance_limit)
      order by m.balance_cents / m.limit_cents desc, m.account_id
    ) as card
  from _measured_accounts as m join raw_accounts as a using (account_id)
  where m.is_card and m.limit_cents > 0 and m.balance_cents is not null
  group by m.user_id
),
overdue_card as (
  select
    m.user_id, first(
      struct_pack(mask := a.mask, due := l.next_payment_due_date)
      order by l.next_payment_due_date nulls last, l.account_id
    ) as card
  from _measured_accounts as m
  join raw_accounts as a using (account_id)
  join raw_liabilities as l using (account_id)
  where m.is_card and l.is_overdue
  group by m.user_id
),
checking as (
  select
    user_id, case when count(*) = count(balance_cents) then sum(balance_cents) end / 100 as balance
  from _measured_accounts
  where is_checking
  group by user_id
),
subscriptions as (
  select user_id, list(distinct merchant_name order by merchant_name) as names
  from recurring_streams semi join _measured_users using (user_id)
  where kind = 'subscription' and is_active and status = 'MATURE' and merchant_name is not null
  group by user_id
),
unseen as (
  -- the feature of a behaviour that is missing exactly when it is not seen at all
  select
    user_id, window_days,
    list_filter([
      case when median_pay_gap_days is null then 'pay' end,
      case when low_balance_day_share is null then 'a checking balance' end,
      case when savings_net_inflow_monthly_usd is null then 'savings' end,
      case when max_utilization is null then 'card use' end
    ], lambda behaviour: behaviour is not null) as behaviours
  from _trace_features
)
select
  d.user_id, d.window_days,
  d.secondary_persona is not null as has_second,
  d.primary_persona = $general as is_general,
  -- how the paragraph begins for everybody with a persona
  case when d.primary_persona <> $general
    then concat(
        'In the ',
        d.window_days,
        ' days to ',
        day_in_words(d.as_of),
        ', your finances show ',
        p.plain,
        '.'
      )
  end as opening,
  d.runner_up is not null as has_runner_up,
  len(u.behaviours) > 0 as has_unseen,
  coalesce(d.history_days < d.window_days, false) as is_short,
  {
    as_of_text: day_in_words(d.as_of),
    window_days: cast(d.window_days as varchar),
    history_days: cast(d.history_days as varchar),
    rule_count: cast((
      select count(*) from _personas
      where persona <> $general
    ) as varchar),
    secondary_plain: s.plain,
    runner_up_plain: r.plain,
    runner_up_lacks: d.runner_up_lacks,
    card_start: 'Your card' || coalesce(' ending in ' || f.card.mask, ''),
    card_balance: dollars(f.card.balance),
    card_limit: dollars(f.card.credit_limit),
    overdue_card: 'your card' || coalesce(' ending in ' || o.card.mask, ''),
    -- the due date is the latest statement's: it may lie ahead while an older one is late
    overdue_since: case
      when o.card.due <= d.as_of then ' on ' || day_in_words(o.card.due) else ' earlier'
    end,
    checking_balance: dollars(c.balance),
    monthly_expenses: dollars(m.monthly_expenses_usd),
    savings_note: case when m.savings_balance_usd >= m.monthly_expenses_usd
      then
        concat(' Your savings of ', dollars(m.savings_balance_usd), ' are not counted in this.')
      else ''
    end,
    mean_balance: dollars(m.mean_balance_usd),
    counted_days: cast(least(d.window_days, d.history_days) as varchar),
    low_days: cast(
      cast(
        round(m.low_balance_day_share * least(d.window_days, d.history_days)) as integer
      ) as varchar
    ),
    subscription_names: case when b.names is null then '' else concat(
          ' (', array_to_string(b.names[:3], ', '),
          case when len(b.names) > 3 then concat(' and ', len(b.names) - 3, ' more') else '' end,
          ')'
        )
    end,
    unseen_behaviours: regexp_replace(array_to_string(u.behaviours, ', '), ', ([^,]*)$', ' or \1')
  } as slots
from _trace_decisions as d
join _trace_features as m using (user_id, window_days)
join unseen as u using (user_id, window_days)
join _personas as p on p.persona = d.primary_persona
left join _personas as s on s.persona = d.secondary_persona
left join _personas as r on r.persona = d.runner_up
left join fullest_card as f using (user_id)
left join overdue_card as o using (user_id)
left join checking as c using (user_id)
left join subscriptions as b using (user_id)
