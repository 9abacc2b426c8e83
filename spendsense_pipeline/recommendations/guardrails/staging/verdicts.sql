-- Every criterion that stands beside an item, one row each.
select
  offer_no, user_id, person_no, content_id, verdict.role, verdict.feature, verdict.operator,
  verdict.threshold, verdict.criterion, verdict.value as amount, verdict.is_met
from (
  select
    advised.rowid as offer_no,
    advised.user_id,
    advised.content_id,
    person.person_no,
    unnest(
      from_json(
        advised.eligibility,
        '[
          {
            "role": "VARCHAR",
            "feature": "VARCHAR",
            "operator": "VARCHAR",
            "threshold": "DOUBLE",
            "criterion": "VARCHAR",
            "value": "DOUBLE",
            "is_met": "BOOLEAN"
          }
        ]'
      )
    ) as verdict
  from recommendations as advised
  join _guard_people as person
    on person.user_id = advised.user_id and person.window_days = advised.window_days
)
