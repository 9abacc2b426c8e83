-- Of the items that fit, the few of each kind that a person is shown in a window: what answers the
-- most severe signal first, then in the order of the person's personas, then by a draw that stays.
with ranked as (
  select
    *,
    row_number() over (
      partition by known_no, kind
      order by
        least(floor(severity * $severity_steps), $severity_steps - 1) desc,
        list_position($personas, persona),
        md5(user_id || content_id)
    ) as rank
  from _advice_candidates
)
select *, id_of($world, user_id, content_id, version, persona, verdicts) as recommendation_id
from ranked
where rank <= case kind when 'offer' then $most_offer else $most_education end
