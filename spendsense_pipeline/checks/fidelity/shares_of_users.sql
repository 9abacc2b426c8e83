-- Shares of people, each as control, share, number of people it is a share of.
with person as (
  select
    person.user_id,
    person.region,
    person.consent_status,
    count(account.account_id) filter (
      account.holder_category is distinct from 'business'
      and (account.type = 'credit' or account.subtype in ('checking', 'savings'))
    ) as accounts,
    count(account.account_id) filter (account.type = 'credit') as cards,
    count(account.account_id) filter (account.holder_category = 'business') as business_accounts,
    count(account.account_id) filter (
      account.ownership = 'joint' and account.subtype = 'checking'
    ) as joint_accounts
  from raw_users as person
  left join raw_accounts as account on account.user_id = person.user_id
  group by all
),
benefit as (
  select distinct user_id
  from raw_transactions
  where category_detailed in (select unnest($benefit_income))
),
described as (
  select
    person.*,
    -- Who is paid irregularly may not have been paid yet; who lives on benefits has no pay at all.
    coalesce(pay.cadence, case when benefit.user_id is null then 'irregular' end) as cadence,
    (
      select count(*) from _checks_subscription_series as series
      where series.user_id = person.user_id and series.is_active
    ) as subscriptions,
    exists(
      select 1 from _checks_saving as saving
      where saving.user_id = person.user_id and saving.transfers_in_30_days >= 2
    ) as is_saver
  from person
  left join _checks_pay as pay on pay.user_id = person.user_id
  left join benefit on benefit.user_id = person.user_id
),
-- What events change shows in those to whom nothing has happened yet.
undisturbed as (
  select * from described
  where user_id in (select user_id from _checks_undisturbed)
)
select
  'consent_rate' as control,
  count(*) filter (consent_status <> 'denied') / count(*) as value,
  count(*) as units
from described
union all
select 'credit_card_probability', count(*) filter (cards > 0) / count(*), count(*) from described
union all
select 'joint_account_rate', count(*) filter (joint_accounts > 0) / count(*), count(*)
from described
union all
select 'business_account_rate', count(*) filter (business_accounts > 0) / count(*), count(*)
from described
union all
select 'subscription_adoption_rate', count(*) filter (subscriptions > 0) / count(*), count(*)
from undisturbed
union all
select
  'light_subscriber_share',
  count(*) filter (subscriptions <= $most_of_light) / nullif(count(*), 0),
  count(*)
from undisturbed
where subscriptions > 0
union all
select 'savings_adoption_rate', count(*) filter (is_saver) / count(*), count(*)
from undisturbed
union all
select
  'accounts_per_user_distribution.' || accounts,
  count(*) / sum(count(*)) over (),
  sum(count(*)) over ()
from described
group by accounts
union all
select
  'payroll_pattern_distribution.' || cadence,
  count(*) / sum(count(*)) over (),
  sum(count(*)) over ()
from undisturbed
where cadence is not null
group by cadence
union all
select 'region_distribution.' || region, count(*) / sum(count(*)) over (), sum(count(*)) over ()
from described
group by region
union all
select 'persona_weights.' || target_persona, count(*) / sum(count(*)) over (), sum(count(*)) over ()
from raw_users
where consent_status = 'granted' and target_persona is not null
group by target_persona
