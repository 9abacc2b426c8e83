-- What the bank showed at the end of the day.
select shown.* exclude (shown_from, shown_until)
from _shown as shown
cross join _moments as moment
where shown.shown_from <= moment.as_of
  and (shown.shown_until is null or shown.shown_until > moment.as_of)
