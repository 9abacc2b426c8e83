-- What everything chosen rests on: features and rows with their values, as the rationale says them.
with cited as (
  select
    chosen.chosen_no,
    cited.position,
    about.fact,
    about.unit,
    about.origin,
    about.origin_column,
    about.row_name,
    known.value,
    named.words as row_id,
    case when about.is_citable then coalesce(known.words, said(known.value, about.unit)) end
      as shown
  from _advice_chosen as chosen
  join _advice_cited as cited on cited.content_id = chosen.content_id
  join _advice_known as about on about.fact = cited.fact
  left join _advice_values as known
    on known.known_no = chosen.known_no and known.fact = cited.fact
  left join _advice_values as named
    on named.known_no = chosen.known_no and named.fact = about.row_name
)
select
  chosen_no,
  list({feature: fact, value: value, unit: unit, shown: shown} order by position)
  filter (row_name is null) as features,
  list(
    {
      slot: fact,
      "table": origin,
      "column": origin_column,
      id: row_id,
      value: value,
      unit: unit,
      shown: shown
    }
    order by position
  ) filter (row_name is not null) as "rows"
from cited
group by chosen_no
