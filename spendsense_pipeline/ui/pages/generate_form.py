"""The form of `/generate`, made from the declarations: a group a panel that opens, built when it is
opened; a row a value, with what is wrong beside it; a search over all of them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.controls.groups import SECTION_TITLES
from spendsense_pipeline.reporting.wording import counted
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.pages.generate_fields import widget_of
from spendsense_pipeline.ui.pages.generate_inputs import Box
from spendsense_pipeline.ui.pages.generate_words import described_by, facts
from spendsense_pipeline.ui.panels import badge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spendsense_pipeline.controls.form import FormField
    from spendsense_pipeline.ui.pages.generate_desk import Desk

# How large and how long, and who: what nearly everybody comes for.
_OPEN_AT_FIRST = 2
# Who is asked for and how many of them is one question with one widget.
_ASKED_WITHIN = {"persona_shares": "personas"}


class Form:
    """All groups, and the search over them."""

    def __init__(self, desk: Desk, fields: Sequence[FormField]) -> None:
        """Args: the page's state; what can be set; both make the groups, the first two open."""
        self._groups: list[_Group] = []
        self._search()
        sections = itertools.groupby(fields, key=lambda field: field.section)
        for section, members in sections:
            groups = [(g, tuple(m)) for g, m in itertools.groupby(members, key=lambda f: f.group)]
            title = SECTION_TITLES[section].capitalize()
            if [title] != [group for group, _ in groups]:
                text(title, element="h2", classes="section")
            with ui.element("div").classes("groups"):
                for group, of_group in groups:
                    is_open = len(self._groups) < _OPEN_AT_FIRST
                    self._groups.append(_Group(desk, group, of_group, is_open=is_open))
        self._nothing = text("No control is called that.", classes="note")
        self._nothing.set_visibility(False)
        desk.on_judged(self.refresh)

    def refresh(self) -> None:
        """Show what the draft holds, and what is wrong with it."""
        for group in self._groups:
            group.refresh()

    def _search(self) -> None:
        with ui.element("div").classes("search"):
            show(tag("i", "search", class_="material-icons", aria_hidden="true"))
            Box(
                "Search the controls",
                self._find,
                attributes={"type": "search", "placeholder": "Search the controls"},
            )

    def _find(self, typed: str) -> None:
        words = typed.lower().split()
        found = [group.find(words) for group in self._groups]
        self._nothing.set_visibility(not any(found))


class _Group:
    """Values that belong together."""

    def __init__(
        self, desk: Desk, title: str, fields: Sequence[FormField], *, is_open: bool
    ) -> None:
        self._desk, self._title, self._fields = desk, title, fields
        self._rows: list[_Row] = []
        self._is_open = is_open
        with ui.element("details").classes("panel group") as self._element:
            self._summary = show(self._said(), element="summary")
        # As an attribute and not a property, it stays whoever opens or closes it.
        self._element.props["^open"] = "" if is_open else None
        self._element.on(
            "toggle",
            lambda event: self._toggled(is_open=bool(event.args)),
            js_handler="(event) => emit(event.target.open)",
        )
        if is_open:
            self._build()

    def refresh(self) -> None:
        self._summary.set_content(self._said())
        for row in self._rows:
            row.refresh()

    def find(self, words: Sequence[str]) -> bool:
        """Leave only what is called so; whether there is any."""
        found = [field for field in self._fields if _is_called(field, words)]
        self._element.set_visibility(bool(found))
        if words and found:
            self._build()
            self._open()
        for row in self._rows:
            row.set_visibility(any(field in found for field in row.fields))
        return bool(found)

    def _open(self) -> None:
        ui.run_javascript(f"getElement({self._element.id})?.setAttribute('open', '')")

    def _toggled(self, *, is_open: bool) -> None:
        self._is_open = is_open
        if is_open:
            self._build()

    def _build(self) -> None:
        if self._rows:
            return
        within = {field.kind: field for field in self._fields if field.kind in _ASKED_WITHIN}
        with self._element, ui.element("div").classes("fields"):
            for field in self._fields:
                if field.kind in within:
                    continue
                also = [each for kind, each in within.items() if _ASKED_WITHIN[kind] == field.kind]
                self._rows.append(_Row(self._desk, field, also))

    def _said(self) -> Markup:
        given = sum(self._desk.draft.is_given(field.section, field.name) for field in self._fields)
        wrong = sum(
            bool(self._desk.problems_of(field.section, field.name)) for field in self._fields
        )
        return joined(
            tag("h3", self._title),
            tag("span", class_="grow"),
            badge(f"{counted(wrong, 'value')} wrong", "bad") if wrong else None,
            badge(f"{given} changed", "yours") if given else None,
            tag("span", len(self._fields), class_="note", aria_hidden="true"),
        )


class _Row:
    """One value: what it is, its widget, what is wrong with it, what it means."""

    def __init__(self, desk: Desk, field: FormField, also: Sequence[FormField]) -> None:
        self._desk, self._field = desk, field
        self.fields = (field, *also)
        with ui.element("div").classes("field") as self._element:
            self._element.props["data-control"] = " ".join(each.name for each in self.fields)
            with ui.element("div").classes("head"):
                show(tag("span", field.label, title=field.name), element="span", classes="label")
                self._mark = show(self._origin(), element="span")
                self._back = show(
                    tag("i", "undo", class_="material-icons", aria_hidden="true"),
                    element="button",
                    classes="lock",
                )
                self._back.props(f'type=button aria-label="Take back {field.label}"')
                self._back.on("click", self._take_back)
            self._widget = widget_of(desk, field, desk.draft.value(field, desk.good))
            self._wrong = show(joined(), classes="wrong").props('role="alert"')
            with ui.element("div").props(f'id="{described_by(field)}"'):
                for each in self.fields:
                    text(each.description, classes="said")
                    if said := facts(each):
                        text(said, classes="facts-line")
        self.refresh()

    def refresh(self) -> None:
        desk, is_given = self._desk, self._is_given
        self._widget.put(desk.draft.value(self._field, desk.good))
        wrong = {
            sentence: None
            for each in self.fields
            for sentence in desk.problems_of(each.section, each.name)
        }
        self._wrong.set_content(joined(*(tag("p", sentence) for sentence in wrong)))
        self._mark.set_content(self._origin())
        self._back.set_visibility(is_given)
        self._element.classes(
            add=f"{'bad' if wrong else ''} {'given' if is_given else ''}",
            remove=f"{'' if wrong else 'bad'} {'' if is_given else 'given'}",
        )

    def set_visibility(self, visible: bool) -> None:
        self._element.set_visibility(visible)

    @property
    def _is_given(self) -> bool:
        return any(self._desk.draft.is_given(each.section, each.name) for each in self.fields)

    def _origin(self) -> Markup:
        origins = {self._desk.draft.origin(each) for each in self.fields}
        if "yours" in origins:
            return badge("changed", "yours")
        return badge("preset") if "preset" in origins else joined()

    def _take_back(self) -> None:
        for each in self.fields:
            self._desk.draft.give(each.section, each.name, None)
        self._desk.changed(at_once=True)


def _is_called(field: FormField, words: Sequence[str]) -> bool:
    """Whether everything searched for stands in what is said of a field."""
    said = " ".join(
        (field.name, field.label, field.group, field.description, field.measured_as or "")
    ).lower()
    return all(word in said for word in words)
