"""`/signals`: how each feature is spread over the people, with the rules' lines through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nicegui import ui
from starlette.requests import Request

from spendsense_pipeline.personas.rules import PERSONA_KEYS, persona_title
from spendsense_pipeline.reporting.signals import (
    NUMERIC,
    WORDS,
    Signal,
    YesNoSignal,
    signal,
    word_shares,
    yes_no_signals,
)
from spendsense_pipeline.tables.features import FEATURES_BY_NAME, SHORT_WINDOW, WINDOWS
from spendsense_pipeline.ui.addresses import number_asked
from spendsense_pipeline.ui.filters import choice_field
from spendsense_pipeline.ui.markup import joined, show, tag
from spendsense_pipeline.ui.pages.signal_panels import signal_panel, words_panel, yes_no_panel
from spendsense_pipeline.ui.panels import grid
from spendsense_pipeline.ui.shell import frame, page, problems_shown
from spendsense_pipeline.ui.tables import address

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.ui.room import Room

_PATH = "/signals"
_FIRST = "max_utilization"
_BOTH = "both"
_Found = tuple[Signal, tuple[YesNoSignal, ...], dict[str, tuple[tuple[str, int, int], ...]]]


def add(room: Room) -> None:
    """Add the page."""

    @page(_PATH)
    async def signals(request: Request) -> None:
        said = {key: value for key, value in request.query_params.items() if value}
        with frame(room, "Signals", here=_PATH):
            async with problems_shown():
                await _show(room, said)


async def _show(room: Room, said: dict[str, str]) -> None:
    window = number_asked("window", said.get("window", ""), otherwise=SHORT_WINDOW)
    persona = said.get("persona")
    name = said.get("feature", _FIRST)

    def look(published: DatasetReader) -> _Found:
        chosen = signal(published, room.settings, name, persona=persona, persona_window_days=window)
        yes_no = yes_no_signals(
            published, room.settings, persona=persona, persona_window_days=window
        )
        words = {each: word_shares(published, room.settings, each) for each in WORDS}
        return chosen, yes_no, words

    chosen, yes_no, words = await room.reading.ask(look)
    shown = said.get("shown", _BOTH)
    _filters(said)
    with ui.element("div").classes("signals"):
        _features(said, name)
        with ui.element("div"):
            signal_panel(chosen, windows=_windows(shown))
            with grid():
                yes_no_panel(yes_no)
                if persona is None:
                    for each, counted in words.items():
                        words_panel(FEATURES_BY_NAME[each], counted)


def _windows(shown: str) -> tuple[int, ...]:
    return tuple(each for each in WINDOWS if shown in (_BOTH, str(each))) or WINDOWS


def _filters(said: dict[str, str]) -> None:
    async def told(name: str, value: str) -> None:
        asked = {**said, name: value}
        if value != said.get(name, ""):
            ui.navigate.to(address(_PATH, asked))

    personas = {key: persona_title(key) for key in PERSONA_KEYS}
    windows = {str(each): f"{each} days" for each in WINDOWS}
    with ui.element("div").classes("filters").props('role="search" aria-label="People looked at"'):
        choice_field("persona", "Only people who are", said.get("persona", ""), personas, told)
        by = said.get("window", str(SHORT_WINDOW))
        choice_field("window", "by the window", by, windows, told, is_required=True)
        drawn = {_BOTH: "both windows", **windows}
        shown = said.get("shown", _BOTH)
        choice_field("shown", "Draw", shown, drawn, told, is_required=True)


def _features(said: Mapping[str, str], chosen: str) -> None:
    links = (
        tag(
            "a",
            FEATURES_BY_NAME[name].label or name,
            href=address(_PATH, {**said, "feature": name}),
            aria_current="page" if name == chosen else None,
        )
        for name in NUMERIC
    )
    show(joined(*links), element="nav", classes="chooses").props('aria-label="Features"')
