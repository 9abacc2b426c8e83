"""Which guardrails there are, and what to do when one stops something.

What each says is the comment its query opens with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spendsense_pipeline.sql import QueryFolder

QUERIES = QueryFolder(__package__)


@dataclass(frozen=True)
class Guardrail:
    """One promise about what is advised.

    Attributes:
        name: of the promise and of its query.
        remedy: what to do when rows break it.
    """

    name: str
    remedy: str

    @property
    def path(self) -> str:
        """Its query, below this package."""
        return f"{self.name}.sql"

    @property
    def description(self) -> str:
        """What it promises."""
        return QUERIES.comment(self.path)


_AGAIN: Final = "Do not publish. Materialize recommendations again, with what it is made from"
_CATALOGUE: Final = "Correct the item in the catalogue (or the operator's edit) as the row says"

CONSENT: Final = Guardrail(
    "only_consenting_people", f"{_AGAIN}; if rows remain, the step ignores consent."
)
"""Checked beside the others; the declaration of the table makes it a check as well."""
GUARDRAILS: Final = (
    CONSENT,
    Guardrail(
        "eligibility_holds",
        f"{_AGAIN}; if it persists, the choice of items disagrees with the features, the raw "
        "tables or the catalogue about the values shown.",
    ),
    Guardrail(
        "no_product_held",
        f"{_AGAIN}; if it persists, give the offer shown a criterion that its product is not held.",
    ),
    Guardrail("no_predatory_products", f"{_CATALOGUE}; no such product may be offered."),
    Guardrail("tone_is_kind", f"{_CATALOGUE}."),
    Guardrail(
        "disclosure_is_present", f"{_AGAIN}; no item may be shown without the whole sentence."
    ),
    Guardrail(
        "numbers_derive",
        f"{_AGAIN}; if it persists, the rationale shown says what neither features nor rows say.",
    ),
    Guardrail(
        "words_are_the_items",
        f"{_AGAIN}; if it persists, the rows shown disagree with content_items, with the personas "
        "or with the number of items a person should have.",
    ),
)
"""Those that stop publishing, in the order they are documented."""
REACH: Final = Guardrail(
    "every_item_reaches_somebody",
    "Loosen the criteria of the items shown, or remove them from the catalogue.",
)
"""Stops nothing: an item nobody can have is of no use."""
