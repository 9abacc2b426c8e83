"""How long a mean month and year are, wherever days become a monthly figure.

Written here once, for what makes money and what measures it alike; windows and lines that a rule
draws are not calendar units and have no place here.
"""

from typing import Final

DAYS_PER_YEAR: Final = 365.25
"""Of a mean year: one in four is a leap year."""
MONTHS_PER_YEAR: Final = 12
DAYS_PER_WEEK: Final = 7
DAYS_PER_MONTH: Final = DAYS_PER_YEAR / MONTHS_PER_YEAR
"""Of a mean month: 30.4375."""
NOMINAL_DAYS_PER_MONTH: Final = round(DAYS_PER_MONTH, 2)
"""The mean month as the feature definitions print it, 30.44: a monthly amount in a table is exactly
what its documented formula gives."""
