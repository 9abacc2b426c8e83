-- Pairs of a holder's exports, or of accounts, with what is common in the days both cover.
with
sources as (
  select
    user_id,
    source,
    account_id,
    date,
    amount,
    name,
    count(*) as times
  from told_rows
  group by user_id, source, account_id, date, amount, name
),

spans as (
  select
    user_id,
    source,
    account_id,
    min(date) as since,
    max(date) as until
  from sources
  group by user_id, source, account_id
),

pairs as (
  select
    one.user_id,
    one.source as one,
    two.source as two,
    one.account_id as one_account,
    two.account_id as two_account,
    greatest(one.since, two.since) as since,
    least(one.until, two.until) as until
  from spans as one
  inner join spans as two
    on
    one.user_id = two.user_id
    and one.source < two.source
    and one.since <= two.until
    and two.since <= one.until
),

counted as (
  select
    pairs.one,
    pairs.two,
    pairs.one_account,
    pairs.two_account,
    sources.date,
    sources.amount,
    sources.name,
    sum(sources.times) filter (where sources.source = pairs.one) as of_one,
    sum(sources.times) filter (where sources.source = pairs.two) as of_two
  from pairs
  inner join sources
    on
    pairs.user_id = sources.user_id
    and sources.source in (pairs.one, pairs.two)
    and sources.date between pairs.since and pairs.until
  group by all
)

select
  one,
  two,
  one_account,
  two_account,
  coalesce(sum(of_one), 0)::bigint as of_one,
  coalesce(sum(of_two), 0)::bigint as of_two,
  coalesce(sum(least(of_one, of_two)) filter (where of_one > 0 and of_two > 0), 0)::bigint as common
from counted
group by one, two, one_account, two_account
order by one, two
