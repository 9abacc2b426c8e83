"""What was asked for beside what came of it, of a preview and of a dataset alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spendsense_pipeline.reporting.wording import NO_DATA, percent
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW
from spendsense_pipeline.ui.markup import Markup, joined, tag
from spendsense_pipeline.ui.pages.generate_words import named
from spendsense_pipeline.ui.panels import badge
from spendsense_pipeline.ui.persona_marks import persona_mark
from spendsense_pipeline.ui.tables import Heading, table
from spendsense_pipeline.ui.theme import persona_color

if TYPE_CHECKING:
    from spendsense_pipeline.checks.control_fidelity import ControlFidelity

MixOf = tuple[str, float | None, float | None, float | None]
"""A persona, its share asked for, and assigned in the longer and the shorter window."""


def mix_table(rows: Sequence[MixOf]) -> Markup:
    """Personas with their shares, as figures and as bars.

    Args:
        rows: in order.
    """
    is_asked = any(asked is not None for _, asked, _, _ in rows)
    headings = [
        Heading("Persona"),
        *([Heading("Asked", numeric=True)] if is_asked else []),
        Heading(f"{LONG_WINDOW} days", numeric=True),
        Heading("Shares", classes="bar-cell"),
        Heading(f"{SHORT_WINDOW} days", numeric=True),
    ]
    cells = [
        (
            persona_mark(persona),
            *([percent(asked or 0.0)] if is_asked else []),
            percent(long),
            _bar(persona, asked, long, short),
            percent(short),
        )
        for persona, asked, long, short in rows
    ]
    return table(headings, cells, caption="Persona mix")


def fidelity_in_short(controls: Sequence[ControlFidelity]) -> Markup:
    """How many controls came out as asked."""
    judged = [row for row in controls if row.within is not None]
    missed = sum(not row.within for row in judged)
    return joined(
        f"Every control: {len(judged) - missed} of {len(judged)} as asked ",
        badge(f"{missed} missed", "warn") if missed else None,
    )


def fidelity_table(controls: Sequence[ControlFidelity]) -> Markup:
    """Every control, asked for and realised; those that miss come first.

    Args:
        controls: as measured.
    """
    headings = [
        Heading("Control"),
        Heading("Asked", numeric=True),
        Heading("Came out", numeric=True),
        Heading("", classes="wide-only"),
    ]
    rows = [
        (
            tag("span", named(row.control).replace(".", ": "), title=row.measured_as),
            _figure(row.requested),
            _figure(row.realised),
            badge("missed", "warn") if row.within is False else "",
        )
        for row in sorted(controls, key=lambda row: row.within is not False)
    ]
    return table(headings, rows, caption="Controls, asked for and realised")


def _figure(value: float | str | None) -> str:
    if value is None:
        return NO_DATA
    return value if isinstance(value, str) else f"{value:,.4g}"


def _bar(persona: str, asked: float | None, long: float | None, short: float | None) -> Markup:
    def width(share: float | None) -> str:
        return f"{100 * (share or 0.0):.1f}%"

    color = persona_color(persona)
    return tag(
        "span",
        tag("span", style=f"width: {width(long)}; background: {color}", class_="long"),
        tag("span", style=f"width: {width(short)}; background: {color}", class_="short"),
        tag("span", style=f"left: {width(asked)}", class_="target") if asked is not None else None,
        class_="mix",
        aria_hidden="true",
    )
