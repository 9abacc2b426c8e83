"""Tables of text: a heading a column, a row a thing, real links for pages and orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from spendsense_pipeline.ui.markup import Markup, joined, tag


@dataclass(frozen=True)
class Heading:
    """A column.

    Attributes:
        title: as shown.
        numeric: figures stand to the right.
        sort: the name to sort by, where one can.
        classes: of its cells; `wide-only` leaves a column out on a narrow screen.
    """

    title: str
    numeric: bool = False
    sort: str | None = None
    classes: str = ""


@dataclass(frozen=True)
class Order:
    """How rows are sorted, and where the other orders are.

    Attributes:
        by: name of the column.
        descending: from high to low.
        path: of the page.
        asked: everything else the page's address says.
    """

    by: str
    descending: bool
    path: str
    asked: Mapping[str, str]


def table(
    headings: Sequence[Heading],
    rows: Iterable[Sequence[Any]],
    *,
    caption: str,
    order: Order | None = None,
) -> Markup:
    """A table; it scrolls sideways by itself where the screen is narrow.

    Args:
        headings: the columns.
        rows: cells in their order; text unless markup.
        caption: what it shows, read aloud and not drawn.
        order: how it is sorted, where headings are links.
    """
    head = tag("tr", *(_heading(each, order) for each in headings))
    body = joined(
        *(
            tag(
                "tr",
                *(
                    tag("td", cell, class_=_classes(heading))
                    for heading, cell in zip(headings, row, strict=True)
                ),
            )
            for row in rows
        )
    )
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption, class_="unseen"),
            tag("thead", head),
            tag("tbody", body),
        ),
        class_="scrolls",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def pager(*, page: int, size: int, found: int, path: str, asked: Mapping[str, str]) -> Markup:
    """Links to the pages of a table.

    Args:
        page: the one shown, from 1.
        size: rows of a page.
        found: rows there are.
        path: of the page.
        asked: everything else its address says.
    """
    last = max(1, -(-found // size))
    first_row = min(found, (page - 1) * size + 1)
    said = f"{first_row:,}–{min(found, page * size):,} of {found:,}" if found else "none"
    return tag(
        "nav",
        _step("‹ Earlier", page - 1, last, path, asked),
        tag("span", said, class_="note"),
        _step("Later ›", page + 1, last, path, asked),
        class_="pager",
        aria_label="Pages of the table",
    )


def address(path: str, asked: Mapping[str, Any]) -> str:
    """A page's address with what is asked of it; what is empty is left out."""
    said = urlencode({key: value for key, value in asked.items() if value not in (None, "")})
    return f"{path}?{said}" if said else path


def _step(word: str, page: int, last: int, path: str, asked: Mapping[str, str]) -> Markup:
    if not 1 <= page <= last:
        return tag("span", word, class_="step", aria_disabled="true")
    return tag("a", word, class_="step", href=address(path, {**asked, "page": page}))


def _heading(heading: Heading, order: Order | None) -> Markup:
    content: Any = heading.title
    said = None
    if order is not None and heading.sort is not None:
        is_this = order.by == heading.sort
        descending = not order.descending if is_this else heading.numeric
        asked = {**order.asked, "sort": heading.sort, "order": "desc" if descending else "asc"}
        mark = (" ↓" if order.descending else " ↑") if is_this else ""
        content = tag("a", heading.title, mark, href=address(order.path, asked))
        said = ("descending" if order.descending else "ascending") if is_this else "none"
    return tag("th", content, scope="col", class_=_classes(heading), aria_sort=said)


def _classes(heading: Heading) -> str | None:
    return " ".join(filter(None, ("numeric" * heading.numeric, heading.classes))) or None
