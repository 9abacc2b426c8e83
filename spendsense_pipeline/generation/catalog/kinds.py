"""The kinds that rows of the catalog are sorted by."""

from typing import Final

BILL_KINDS: Final = (
    "rent",
    "mortgage",
    "electricity",
    "gas",
    "water",
    "waste",
    "internet",
    "telephone",
    "auto_insurance",
    "home_insurance",
    "renters_insurance",
    "health_insurance",
    "life_insurance",
    "car_loan",
    "student_loan",
    "personal_loan",
    "childcare",
)
"""What a household pays regularly, in the order of its contracts."""
EMPLOYER_KINDS: Final = ("employer", "contractor", "gig")
"""Who pays: an employer, a contractor's client, a gig platform."""
