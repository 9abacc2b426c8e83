-- Every item carries the sentence that it is educational and no advice, to the letter.
select
  recommendation_id,
  user_id,
  window_days,
  content_id,
  coalesce('says "' || disclosure || '"', 'says nothing') as problem
from recommendations
where disclosure is distinct from $disclosure
