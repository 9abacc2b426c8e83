-- What each rationale rests on, one row per feature or row it names.
with parsed as (
  select
    advised.rowid as offer_no,
    advised.user_id,
    person.person_no,
    from_json(
      advised.because,
      '{
        "features": [
          {"feature": "VARCHAR", "value": "DOUBLE", "unit": "VARCHAR", "shown": "VARCHAR"}
        ],
        "rows": [
          {
            "slot": "VARCHAR",
            "table": "VARCHAR",
            "column": "VARCHAR",
            "id": "VARCHAR",
            "value": "DOUBLE",
            "unit": "VARCHAR",
            "shown": "VARCHAR"
          }
        ]
      }'
    ) as because
  from recommendations as advised
  join _guard_people as person
    on person.user_id = advised.user_id and person.window_days = advised.window_days
)
select
  offer_no, user_id, person_no, feature.feature as fact, null as id,
  feature.value as amount, feature.unit as unit, feature.shown as shown
from (select *, unnest(because.features) as feature from parsed)
union all
select
  offer_no, user_id, person_no, named.slot, coalesce(named.id, ''),
  named.value, named.unit, named.shown
from (select *, unnest(because."rows") as named from parsed)
