-- The items to be judged, with what they say of themselves taken apart.
select
  item.rowid as item_no,
  judged.judged_no,
  item.user_id,
  item.window_days,
  item.persona,
  item.rationale,
  from_json(
    item.because,
    '{
      "trace_id": "VARCHAR",
      "features": [{"feature": "VARCHAR", "value": "DOUBLE", "unit": "VARCHAR"}],
      "rows": [{
        "slot": "VARCHAR", "table": "VARCHAR", "column": "VARCHAR", "id": "VARCHAR",
        "value": "DOUBLE", "unit": "VARCHAR", "shown": "VARCHAR"
      }]
    }'
  ) as because,
  from_json(
    item.eligibility,
    '[{
      "role": "VARCHAR", "feature": "VARCHAR", "operator": "VARCHAR", "threshold": "DOUBLE",
      "is_met": "BOOLEAN"
    }]'
  ) as criteria
from recommendations as item
left join _evaluation_judged as judged
  on judged.user_id = item.user_id and judged.window_days = item.window_days
