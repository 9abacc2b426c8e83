-- No title, body or rationale shames, frightens, promises, hurries or commands.
select
  advised.recommendation_id,
  advised.user_id,
  advised.window_days,
  phrase.content_id,
  phrase.problem
from _guard_phrases as phrase
left join recommendations as advised on advised.rowid = phrase.offer_no
where phrase.list = 'tone'
