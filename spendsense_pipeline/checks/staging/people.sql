-- Whom population figures are about: everybody, or the first so many (every stretch of people is
-- dealt the same shares).
select user_id
from raw_users
order by user_id
limit $people
