"""Pages of long lists, and what is typed to search them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from spendsense_pipeline.errors import SpendSenseError

PAGE_SIZE: Final = 50
LARGEST_PAGE: Final = 500
LONGEST_SEARCH: Final = 200
"""Characters: more is a paste that went wrong, and every word is looked for in every row."""


def offset_of(page: int, size: int) -> int:
    """Rows before a page.

    Args:
        page: counted from 1.
        size: rows of a page.

    Raises:
        SpendSenseError: there is no such page, or it would be too long.
    """
    if page < 1:
        raise SpendSenseError(
            problem=f"page must be at least 1; it is {page}", remedy="begin with page 1"
        )
    if not 1 <= size <= LARGEST_PAGE:
        raise SpendSenseError(
            problem=f"size must be between 1 and {LARGEST_PAGE} rows; it is {size}",
            remedy=f"take {PAGE_SIZE}, and the next page for more",
        )
    return (page - 1) * size


def search_terms(text: str) -> list[str]:
    """The words of a search, each to be found as it is written, whatever its case.

    Args:
        text: as typed.

    Raises:
        SpendSenseError: it is too long.
    """
    if len(text) > LONGEST_SEARCH:
        raise SpendSenseError(
            problem=f"a search has at most {LONGEST_SEARCH} characters; this has {len(text):,}",
            remedy="search for less of it",
        )
    return text.lower().split()


def one_of(name: str, value: str, allowed: Collection[str]) -> str:
    """The value, if it is one of those allowed.

    Args:
        name: what is chosen.
        value: the choice.
        allowed: what there is to choose from.

    Raises:
        SpendSenseError: it is none of them.
    """
    if value not in allowed:
        raise SpendSenseError(
            problem=f"{name} must be one of {', '.join(allowed)}; it is {value!r}",
            remedy="choose one of those, or leave it out",
        )
    return value
