-- Per person: what they have agreed to and hold.
select
  who.user_id,
  who.consent_status = 'granted' as has_consented,
  bool_or(account.type = 'credit') as has_card,
  coalesce(bool_or(account.holder_category = 'business'), false) as has_business,
  coalesce(bool_or(account.ownership = 'joint' and account.subtype = 'checking'), false)
    as has_joint,
  who.user_id in (
    select user_id from _checks_subscription_series
    where is_active
  ) as has_subscription
from raw_users as who
join raw_accounts as account on account.user_id = who.user_id
where who.user_id <= $last_person
group by who.user_id, who.consent_status
order by who.user_id
