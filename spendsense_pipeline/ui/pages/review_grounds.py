"""An item as it reads, and what it rests on: the figures it cites, and each criterion held against
the person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nicegui import ui

from spendsense_pipeline.personas.criteria import OPERATORS
from spendsense_pipeline.reporting.wording import NO_DATA, in_unit
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.panels import badge, panel
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.reviews import ItemView, Shown

_FIGURE = r"-?\$?\d[\d,]*(?:\.\d+)?(?:\s?%)?"

_SYMBOLS = {each.sql: each.symbol for each in OPERATORS}


def as_read(view: ItemView) -> None:
    """An item as the person would read it, in the words that hold now.

    Args:
        view: the item.
    """
    with ui.element("article").classes("reading"):
        text(view.item.title, element="h3")
        if len({_words(shown) for shown in view.windows}) == 1:
            show(with_figures(view.windows[0]), element="p", classes="why")
        else:
            for shown in view.windows:
                text(f"By {shown.window_days} days", classes="note")
                show(with_figures(shown), element="p", classes="why")
        ui.markdown(view.body).classes("body")
        text(view.disclosure, classes="note")
    if view.text is not None:
        show(tag("p", "Edited to: ", tag("code", view.text)), classes="note")


def with_figures(shown: Shown) -> Markup:
    """A rationale, what it cites of the person marked.

    Args:
        shown: the item in a window.
    """
    cited = {fact["shown"] for fact in _cited(shown) if fact["shown"]}
    longest_first = sorted(map(re.escape, cited), key=len, reverse=True)
    pieces = re.split(f"({'|'.join([*longest_first, _FIGURE])})", _words(shown))
    return joined(
        *(tag("mark", piece) if place % 2 else piece for place, piece in enumerate(pieces))
    )


def grounds(view: ItemView) -> None:
    """The figures and rows that an item cites.

    Args:
        view: the item.
    """
    with panel("Because", "What the words cite, and where it is looked up again.", wide=True):
        by_name: dict[str, dict[int, dict[str, Any]]] = {}
        for shown in view.windows:
            for fact in _cited(shown):
                name = fact.get("feature") or fact["slot"]
                by_name.setdefault(name, {})[shown.window_days] = fact
        headings = [
            Heading("Fact"),
            *(Heading(f"{shown.window_days} days", numeric=True) for shown in view.windows),
            Heading("Looked up in", classes="wide-only"),
        ]
        rows = (
            (
                tag("code", name),
                *(_said(facts.get(shown.window_days)) for shown in view.windows),
                _looked_up(next(iter(facts.values()))),
            )
            for name, facts in by_name.items()
        )
        show(table(headings, rows, caption="What the words cite"))


def verdicts(view: ItemView) -> None:
    """Each criterion with the person's value.

    Args:
        view: the item.
    """
    with panel(
        "Who may have it",
        "Signals are what the item answers: one that holds is enough. Eligibility must hold whole.",
        wide=True,
    ):
        by_rule: dict[tuple[Any, ...], dict[int, dict[str, Any]]] = {}
        for shown in view.windows:
            for rule in shown.eligibility:
                key = (rule["role"], rule["feature"], rule["operator"], rule["threshold"])
                by_rule.setdefault(key, {})[shown.window_days] = rule
        headings = [
            Heading("As"),
            Heading("Criterion"),
            *(Heading(f"{shown.window_days} days", numeric=True) for shown in view.windows),
        ]
        rows = (
            (
                role,
                _criterion(name, operator, next(iter(judged.values()))),
                *(_verdict(judged.get(shown.window_days)) for shown in view.windows),
            )
            for (role, name, operator, _), judged in by_rule.items()
        )
        show(table(headings, rows, caption="Each criterion with the person's value"))


def _words(shown: Shown) -> str:
    return shown.rationale if shown.edited is None else shown.edited


def _cited(shown: Shown) -> Iterable[dict[str, Any]]:
    return [*shown.because["features"], *shown.because["rows"]]


def _said(fact: dict[str, Any] | None) -> str:
    return NO_DATA if fact is None else fact["shown"] or NO_DATA


def _looked_up(fact: dict[str, Any]) -> Markup:
    if "feature" in fact:
        return joined(tag("code", "features"), " of the person and window")
    return joined(tag("code", f"{fact['table']}.{fact['column']}"), " of ", tag("code", fact["id"]))


def _criterion(name: str, operator: str, rule: dict[str, Any]) -> Markup:
    return joined(
        tag("code", name),
        f" {_SYMBOLS.get(operator, operator)} {_in_unit(rule['threshold'], rule['unit'])}",
    )


def _verdict(rule: dict[str, Any] | None) -> Markup | str:
    if rule is None:
        return NO_DATA
    word = badge("met", "good") if rule["is_met"] else badge("not met", "")
    return joined(_in_unit(rule["value"], rule["unit"]), " ", word)


def _in_unit(value: float | None, unit: str) -> str:
    if unit == "yes/no":
        return in_unit(None if value is None else bool(value), unit)
    whole = value is not None and float(value).is_integer() and unit in ("count", "days")
    return in_unit(int(value) if whole and value is not None else value, unit)
