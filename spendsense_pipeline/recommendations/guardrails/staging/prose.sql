-- Each rationale without the names of the person's own cards and merchants, whose words and digits
-- are not ours.
with names as (
  select offer_no, list(shown order by length(shown) desc) as names
  from _guard_cited
  where unit = 'text' and length(shown) > 0
  group by offer_no
)
select
  advised.rowid as offer_no,
  case
    when names.names is null then advised.rationale
    else
      list_reduce(
        names.names, lambda said, name: replace(said, name, 'x'), advised.rationale
      )
  end as prose
from recommendations as advised
left join names on names.offer_no = advised.rowid
