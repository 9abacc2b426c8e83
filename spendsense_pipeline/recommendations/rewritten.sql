-- Rewritten rationales of the people at hand, filled; null where a figure that is cited is unknown.
with written as (
  select unnest(from_json($written, $structure), max_depth := 2)
)
select
  item.recommendation_id,
  item.window_days,
  case
    when
      len(
        list_filter(
          written.pieces, lambda piece: piece.words is null and told.words[piece.fact_no] is null
        )
      ) = 0
    then told_in(written.pieces, told.words)
  end as rationale
from written
join recommendations as item on item.recommendation_id = written.recommendation_id
join _advice_facts as known
  on known.user_id = item.user_id and known.window_days = item.window_days
join _advice_told as told on told.known_no = known.known_no
