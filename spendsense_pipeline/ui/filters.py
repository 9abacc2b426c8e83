"""Fields that say what a list is filtered by: chosen and typed, and shown at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from spendsense_pipeline.reporting.paging import LONGEST_SEARCH

# A pause in typing; shorter would ask for words that nobody finished.
_PAUSE_MS = 250


def search_field(
    label: str, said: str, told: Callable[[str, str], Awaitable[None]], *, name: str = "q"
) -> ui.input:
    """A field to search in while one types.

    Args:
        label: what is searched.
        said: what stands in it.
        told: is told the name and what was typed.
        name: in the page's address.
    """

    async def tell(event: Any) -> None:
        await told(name, (event.value or "").strip())

    return (
        ui.input(label, value=said, on_change=tell)
        .props(f"outlined dense clearable type=search debounce={_PAUSE_MS}")
        .props(f"maxlength={LONGEST_SEARCH}")
        .classes("search")
    )


def choice_field(
    name: str,
    label: str,
    said: str,
    choices: Mapping[str, str] | Sequence[str],
    told: Callable[[str, str], Awaitable[None]],
    *,
    is_required: bool = False,
) -> ui.select:
    """A field to choose from; what the address says stands there even if it is no choice.

    Args:
        name: in the page's address.
        label: what is chosen.
        said: the value chosen; empty without one.
        choices: value and what it is called.
        told: is told the name and the value chosen, empty without one.
        is_required: something is chosen always.
    """
    known = dict(choices) if isinstance(choices, Mapping) else {each: each for each in choices}
    if said and said not in known:
        known[said] = f"{said} (nobody)"

    async def tell(event: Any) -> None:
        await told(name, str(event.value or ""))

    return (
        ui.select(known, label=label, value=said or None, clearable=not is_required, on_change=tell)
        .props("outlined dense options-dense")
        .classes("filter")
    )


def day_field(
    name: str, label: str, said: str, told: Callable[[str, str], Awaitable[None]]
) -> ui.input:
    """A field for a day.

    Args:
        name: in the page's address.
        label: which day.
        said: the day; empty without one.
        told: is told the name and the day.
    """

    async def tell(event: Any) -> None:
        await told(name, event.value or "")

    return (
        ui.input(label, value=said, on_change=tell)
        .props(f"outlined dense stack-label type=date debounce={_PAUSE_MS}")
        .classes("filter")
    )
