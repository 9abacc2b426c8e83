"""What a page's address says: read from it, and put right in place while somebody types."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from nicegui import ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.ui.tables import address

PERSON = "/people"


def person_path(user_id: str) -> str:
    """The page of a person, whatever their id is made of.

    Args:
        user_id: the person.
    """
    return f"{PERSON}/{quote(user_id, safe='')}"


def put_in_address(path: str, asked: Mapping[str, Any]) -> None:
    """Let the address say what is shown, without leaving the page.

    Args:
        path: of the page.
        asked: what is asked of it.
    """
    said = json.dumps(address(path, asked))
    ui.run_javascript(f"history.replaceState(history.state, '', {said})")


def number_asked(name: str, said: str, *, otherwise: int) -> int:
    """A whole number of an address.

    Args:
        name: what it is called there.
        said: as it stands there; empty where it does not.
        otherwise: the number where nothing is said.

    Raises:
        SpendSenseError: it is no number.
    """
    if not said:
        return otherwise
    if said.isascii() and said.isdigit() and len(said) < len("1000000000"):
        return int(said)
    raise SpendSenseError(
        problem=f"{name} must be a whole number; it is {said!r}",
        remedy=f"leave it out, or say {name}={otherwise}",
    )


def day_asked(name: str, said: str) -> dt.date | None:
    """A day of an address or a field; None where nothing is said.

    Args:
        name: what it is called there.
        said: as it was typed.

    Raises:
        SpendSenseError: it is no day.
    """
    try:
        return dt.date.fromisoformat(said) if said else None
    except ValueError:
        raise SpendSenseError(
            problem=f"{name} must be a day; it is {said!r}", remedy="write it as 2026-07-01"
        ) from None
