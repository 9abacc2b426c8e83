-- What sentences that were written anew cite, as it is known of each person: a row per
-- recommendation and window, the facts in the order they were asked for.
select
  advised.recommendation_id,
  advised.window_days,
  advised.because,
  list_transform(template.cited, lambda fact_no: told.values[fact_no]) as amounts,
  list_transform(template.cited, lambda fact_no: told.words[fact_no]) as words,
  list_transform(template.cited, lambda fact_no: told.row_ids[fact_no]) as row_ids
from (
  select
    unnest(
      from_json($templates, '[{"recommendation_id": "VARCHAR", "cited": ["INTEGER"]}]'),
      max_depth := 2
    )
) as template
join recommendations as advised on advised.recommendation_id = template.recommendation_id
join _advice_facts as known
  on known.user_id = advised.user_id and known.window_days = advised.window_days
join _advice_told as told on told.known_no = known.known_no
order by advised.recommendation_id, advised.window_days
