"""Words an operator is about to put in place of an item's: how they would read, what a guardrail
says of them, and the slots they may cite. Nothing is written; `operations.reviewing` does that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.recommendations import catalogue_in_force
from spendsense_pipeline.recommendations.edits import check_edit, slot_values
from spendsense_pipeline.recommendations.facts import facts
from spendsense_pipeline.reporting.review_items import find_items
from spendsense_pipeline.review.requests import require_words

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class Draft:
    """A text held to the guardrails.

    Attributes:
        reads_as: as the person would read it; None where it cannot stand.
        problems: what keeps it from standing, a sentence each.
    """

    reads_as: str | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Slot:
    """Something a rationale may cite.

    Attributes:
        name: as it stands in braces.
        label: what it is.
        shown: what it would print, by window from the shortest; None where that is not known.
    """

    name: str
    label: str
    shown: tuple[str | None, ...]


@dataclass(frozen=True)
class Material:
    """What another text can be made of.

    Attributes:
        written: the catalogue's own text, with its slots; empty where the catalogue has it no more.
        slots: everything that can be cited.
    """

    written: str
    slots: tuple[Slot, ...]


def try_words(published: DatasetReader, settings: Settings, item_id: str, text: str) -> Draft:
    """What would be said of an edit to these words.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        item_id: the item.
        text: a rationale with {slots}.

    Raises:
        SpendSenseError: there is no such item, or the person has withdrawn consent.
    """
    [key] = find_items(published, settings, [item_id])
    try:
        require_words("edit", reason=None, text=text)
        reads_as = check_edit(
            published.con, published.resolved, key.recommendation_id, text.strip()
        )
    except SpendSenseError as error:
        return Draft(None, tuple(str(problem) for problem in error.problems))
    return Draft(reads_as, ())


def material_of(published: DatasetReader, settings: Settings, item_id: str) -> Material:
    """What another text of an item can be made of.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        item_id: the item.

    Raises:
        SpendSenseError: there is no such item, or the person has withdrawn consent.
    """
    [key] = find_items(published, settings, [item_id])
    known = facts()
    written = (
        item.rationale
        for item in catalogue_in_force(published.resolved)
        if item.content_id == key.content_id
    )
    values = slot_values(published.con, key.recommendation_id)
    return Material(
        " ".join(next(written, "").split()),
        tuple(Slot(name, known[name].label, shown) for name, shown in values.items()),
    )
