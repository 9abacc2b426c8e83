-- Card payments told by their two legs, whatever they are called: as much out of a bank account as
-- came in on a card of the same person, at most five days apart, each leg in one payment only.
with legs as (
  -- (Money in on cards is little: by its amounts the rest is found.)
  select
    user_no,
    account_no,
    transaction_id,
    open_leg_id,
    date,
    cents,
    name,
    coalesce(merchant_name, name) as called,
    description_key
  from _measured_rows
  where open_leg_id is not null
    and (category_primary is null or list_contains($payment_primaries, category_primary))
    or list_contains($payment_details, category_detailed)
    or is_depository and category_detailed = $own_transfer_out
),
money_in as (
  select legs.*
  from legs
  semi join _measured_accounts as card on card.account_no = legs.account_no and card.is_card
  where legs.cents < 0
),
bought as (
  select row_.account_no, row_.cents, row_.date, coalesce(row_.merchant_name, row_.name) as called
  from _measured_rows as row_
  semi join money_in on money_in.account_no = row_.account_no and money_in.cents = -row_.cents
),
credits as (
  select money_in.*
  from money_in
  where money_in.open_leg_id is null
    -- Money back from a merchant is no payment.
    or not regexp_matches(lower(money_in.name), $given_back)
    and not exists (
      select 1 from bought
      where bought.account_no = money_in.account_no
        and bought.cents = -money_in.cents
        and regexp_extract(lower(bought.called), '[a-z]+')
        = regexp_extract(lower(money_in.called), '[a-z]+')
        and bought.date <= money_in.date
    )
),
shops as (
  -- A brand's name and no word of paying a card: a purchase that happens to cost as much.
  select distinct text_key
  from _phrases_found
  where brand is not null and kind <> 'transfer'
),
debits as (
  select legs.*
  from legs
  semi join money_in on money_in.user_no = legs.user_no and money_in.cents = -legs.cents
  semi join _measured_accounts as bank
    on bank.account_no = legs.account_no and bank.is_depository
  where regexp_matches(lower(legs.name), $pays_a_card)
    or coalesce(legs.description_key not in (select shops.text_key from shops), true)
),
pairs as (
  select
    debit.transaction_id as debit_id,
    credit.transaction_id as credit_id,
    -- The nearest first; on a tie the card is credited after the account is debited.
    row_number() over (
      order by
        abs(credit.date - debit.date),
        credit.date < debit.date,
        debit.date,
        debit.transaction_id,
        credit.transaction_id
    ) as choice
  from debits as debit
  join credits as credit
    on credit.user_no = debit.user_no
    and credit.cents = -debit.cents
    and credit.date - debit.date between -$days_between_legs and $days_between_legs
),
chosen as (
  select debit_id, credit_id
  from pairs
  qualify choice = min(choice) over (partition by debit_id)
    and choice = min(choice) over (partition by credit_id)
),
chosen_next as (
  -- Legs whose nearest was nearer to another.
  select debit_id, credit_id
  from pairs
  where debit_id not in (select chosen.debit_id from chosen)
    and credit_id not in (select chosen.credit_id from chosen)
  qualify choice = min(choice) over (partition by debit_id)
    and choice = min(choice) over (partition by credit_id)
),
paired as (
  select unnest([debit_id, credit_id]) as transaction_id from chosen
  union all
  select unnest([debit_id, credit_id]) from chosen_next
)
select legs.transaction_id
from legs
join paired on paired.transaction_id = legs.transaction_id
where legs.open_leg_id is not null
