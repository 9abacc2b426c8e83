"""Days on which US banks do not move money: weekends and federal holidays, observed days included.

Only the table of holidays comes from a library; the checks do their own date arithmetic in SQL.
"""

from __future__ import annotations

import datetime as dt
import functools

# The longest history a world may have is 24 months, imports may be longer; ten years cost nothing.
_YEARS_BACK = 10


@functools.cache
def federal_holidays(first_year: int, last_year: int) -> tuple[dt.date, ...]:
    """Federal holidays and their observed days of these years, in order."""
    import holidays

    found = holidays.country_holidays("US", years=range(first_year, last_year + 1), observed=True)
    return tuple(sorted(found))


def closed_days_sql(as_of: dt.date) -> str:
    """A query for every weekend day and federal holiday of ten years up to the one after as_of."""
    first, last = as_of.year - _YEARS_BACK, as_of.year + 1
    listed = ", ".join(f"(date '{day.isoformat()}')" for day in federal_holidays(first, last))
    return (
        "select day::date as date from range("
        f"date '{first}-01-01', date '{last + 1}-01-01', interval 1 day) as days(day) "
        "where isodow(day) >= 6 "
        f"union select date from (values {listed}) as holidays(date)"
    )
