"""Reading the items of a catalogue: every problem of every item is found at once and named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from spendsense_pipeline.controls.errors import RefusedError, listed, meant, shown
from spendsense_pipeline.errors import ProblemsError
from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.recommendations.catalogue import Catalogue, Condition, Item
from spendsense_pipeline.recommendations.conditions import contradiction, read_condition
from spendsense_pipeline.recommendations.products import PRODUCTS
from spendsense_pipeline.recommendations.templates import (
    LONGEST_RATIONALE,
    problems_of_template,
)
from spendsense_pipeline.tables.advice import EDUCATION_FORMS, ITEM_KINDS

MOST_ITEMS: Final = 500
_SNAKE = re.compile(r"[a-z][a-z0-9_]{2,59}")
_LONGEST = {"title": 90, "body": 4_000, "rationale": LONGEST_RATIONALE}
_LONGEST_READ_MINUTES: Final = 60
_NEEDED = ("content_id", "kind", "form", "title", "body", "topics", "personas", "signals")
_REQUIRED = (*_NEEDED, "rationale")
_KNOWN = (*_REQUIRED, "eligibility", "product_kind", "reading_minutes")


class CatalogueError(ProblemsError, ValueError):
    """A content catalogue that cannot be used; `problems` holds one sentence per problem."""


def read_items(rows: Sequence[Any]) -> Catalogue:
    """Items from their rows.

    Args:
        rows: as they stand in a file.

    Returns:
        A catalogue of them, thresholds of the rule book not yet bound.

    Raises:
        CatalogueError: with one sentence per problem, all of them.
    """
    problems: list[str] = []
    if not 1 <= len(rows) <= MOST_ITEMS:
        problems.append(
            f"a catalogue must hold 1 to {MOST_ITEMS} items; it holds {len(rows)}: "
            "add or remove some"
        )
    items = []
    for number, row in enumerate(rows, 1):
        item, found = _item(row, f"item {number}")
        problems += found
        items += [item] if item else []
    ids = [item.content_id for item in items]
    problems += [
        f"{twice} must be the content_id of one item; it is that of {ids.count(twice)}: rename one"
        for twice in sorted({each for each in ids if ids.count(each) > 1})
    ]
    if problems:
        raise CatalogueError(problems, "correct the catalogue")
    return Catalogue(tuple(items))


def _item(row: Any, place: str) -> tuple[Item | None, list[str]]:
    """The item, or None and its problems."""
    if not isinstance(row, Mapping):
        return None, [_must(place, "be a mapping", row, "write it as names with values")]
    content_id = row.get("content_id")
    name = content_id if isinstance(content_id, str) and content_id else place
    if problems := [*_unknown_or_missing(name, row)]:
        return None, problems
    signals, problems = _conditions(name, "signals", row["signals"])
    eligibility, found = _conditions(name, "eligibility", row.get("eligibility") or [])
    problems += found
    for judge in _JUDGES:
        problems += judge(name, row)
    if not problems and (never := contradiction(signals, eligibility)):
        problems = [f"{name} must be for somebody; {never}: change one of them"]
    if problems:
        return None, problems
    item = Item(
        content_id=row["content_id"],
        kind=row["kind"],
        form=row["form"],
        title=_one_line(row["title"]),
        body=row["body"].strip(),
        topics=tuple(row["topics"]),
        personas=tuple(row["personas"]),
        signals=signals,
        eligibility=eligibility,
        rationale=_one_line(row["rationale"]),
        product_kind=row.get("product_kind"),
        reading_minutes=row.get("reading_minutes"),
    )
    return item, []


def _unknown_or_missing(name: str, row: Mapping[Any, Any]) -> Iterator[str]:
    for key in row:
        if key not in _KNOWN:
            remedy = meant(key, _KNOWN, otherwise="remove it")
            yield _must(name, f"have only {listed(_KNOWN)}", key, remedy)
    for key in _REQUIRED:
        if row.get(key) in (None, "", []):
            yield _must(name, f"have {key}", row.get(key), "add it")


def _name_problems(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    content_id = row["content_id"]
    if not isinstance(content_id, str) or not _SNAKE.fullmatch(content_id):
        must = "have a content_id of 3 to 60 small letters, digits and _"
        yield _must(name, must, content_id, "rename it")


def _choice_problems(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    forms = EDUCATION_FORMS if row["kind"] == "education" else ("offer",)
    for key, options in (("kind", ITEM_KINDS), ("form", forms)):
        if row[key] not in options:
            remedy = meant(row[key], options)
            yield _must(name, f"have as {key} one of {listed(options)}", row[key], remedy)


def _text_problems(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    for key, longest in _LONGEST.items():
        if not isinstance(row[key], str) or len(row[key]) > longest:
            must = f"have as {key} a text of at most {longest} characters"
            yield _must(name, must, row[key], "write another")
    if isinstance(row["rationale"], str):
        yield from (f"{name}: {found}" for found in problems_of_template(row["rationale"]))


def _list_problems(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    for key in ("topics", "personas"):
        values = row[key]
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            yield _must(name, f"have as {key} a list of texts", values, "write [ ... ] around it")
        elif key == "personas":
            for value in values:
                if value not in PERSONA_KEYS:
                    must = f"name as personas some of {listed(PERSONA_KEYS)}"
                    yield _must(name, must, value, meant(value, PERSONA_KEYS))


def _kind_problems(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    """An offer is of a product, education takes time; neither has the other's."""
    product, minutes = row.get("product_kind"), row.get("reading_minutes")
    if row["kind"] == "offer":
        if product not in PRODUCTS:
            kinds = tuple(PRODUCTS)
            must = f"have as product_kind one of {listed(kinds)}"
            yield _must(name, must, product, meant(product, kinds))
        if minutes is not None:
            yield _must(name, "have no reading_minutes, being an offer", minutes, "remove it")
        return
    if product is not None:
        yield _must(name, "have no product_kind, being education", product, "remove it")
    if isinstance(minutes, bool) or minutes not in range(1, _LONGEST_READ_MINUTES + 1):
        must = f"have as reading_minutes a whole number from 1 to {_LONGEST_READ_MINUTES}"
        yield _must(name, must, minutes, "give one")


_JUDGES: tuple[Callable[[str, Mapping[str, Any]], Iterator[str]], ...] = (
    _name_problems,
    _choice_problems,
    _text_problems,
    _list_problems,
    _kind_problems,
)


def _conditions(name: str, key: str, rows: Any) -> tuple[tuple[Condition, ...], list[str]]:
    if not isinstance(rows, list):
        return (), [_must(name, f"have as {key} a list", rows, "write [ ... ] around it")]
    found, problems = [], []
    for row in rows:
        try:
            found.append(read_condition(row))
        except RefusedError as error:
            problems.append(f"{name}: a criterion among its {key} {error}")
    return tuple(found), problems


def _must(name: str, must: str, value: Any, remedy: str) -> str:
    return f"{name} must {must}; it is {shown(value)}: {remedy}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
