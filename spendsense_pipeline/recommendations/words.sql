-- The rationale of everything chosen: the pieces of its template, each slot filled.
select
  chosen.chosen_no,
  string_agg(
    coalesce(piece.words, known.words, said(known.value, about.unit)), '' order by piece.position
  ) as rationale
from _advice_chosen as chosen
join _advice_pieces as piece on piece.content_id = chosen.content_id
left join _advice_known as about on about.fact = piece.fact
left join _advice_values as known
  on known.known_no = chosen.known_no and known.fact = piece.fact
group by chosen.chosen_no
