"""The frame around every page: where one is, what data one looks at, who one is, light or dark."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nicegui import app, ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.warehouse import NoDatasetError
from spendsense_pipeline.ui.acting import ASKED, MARK, ask_name, operator_name
from spendsense_pipeline.ui.launching import says_what_runs
from spendsense_pipeline.ui.markup import joined, show, tag, text
from spendsense_pipeline.ui.panels import nothing, problem
from spendsense_pipeline.ui.theme import DARK, LIGHT, Palette

if TYPE_CHECKING:
    from spendsense_pipeline.ui.reading import Edition
    from spendsense_pipeline.ui.room import Room

_THEME = "is_dark"
# What every page shares first; then what only some do, which no other page may mean.
_SHEETS = ("style", "people", "review", "generate", "own_room")
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Place:
    """A page of the operator's room."""

    path: str
    title: str
    icon: str


PLACES = (
    Place("/", "Overview", "space_dashboard"),
    Place("/generate", "Generate", "tune"),
    Place("/people", "People", "group"),
    Place("/signals", "Signals", "stacked_line_chart"),
    Place("/review", "Review", "rule"),
    Place("/guardrails", "Guardrails", "verified_user"),
    Place("/history", "History", "history"),
    Place("/bank", "Bank", "account_balance"),
)


def page(path: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A page at an address; it may take its time where the machine is busy.

    Args:
        path: the address.
    """
    return ui.page(path, response_timeout=_PATIENCE_SECONDS)


def palette() -> Palette:
    """The colours of the visitor's choice."""
    return DARK if _is_dark() else LIGHT


@contextlib.contextmanager
def frame(room: Room, title: str, *, here: str) -> Iterator[None]:
    """A page of the operator's room.

    Args:
        room: the server's.
        title: the page's heading.
        here: path of the place it belongs to.
    """
    _document(title)
    with ui.element("div").classes("room"):
        show(tag("a", "Skip to content", href="#content", class_="skip"))
        with ui.element("header").classes("top"):
            show(
                tag("a", tag("strong", "SpendSense"), " operator’s room", href="/", class_="brand")
            )
            ui.element("span").classes("grow")
            says_what_runs(room)
            _chooses_theme()
            _says_who(room)
        links = (
            tag(
                "a",
                tag("i", place.icon, class_="material-icons", aria_hidden="true"),
                tag("span", place.title),
                href=place.path,
                aria_current="page" if place.path == here else None,
            )
            for place in PLACES
        )
        show(joined(*links), element="nav", classes="places").props('aria-label="Places"')
        with ui.element("div").classes("content").props('id="content" tabindex="-1"'):
            _tells_of_newer(room)
            text(title, element="h1")
            yield


@contextlib.contextmanager
def plain_frame(title: str, *, said: str) -> Iterator[None]:
    """A page that is nobody's but the person's: no links into the operator's room.

    Args:
        title: the page's heading.
        said: what the page is, in small above it.
    """
    _document(title)
    with ui.element("div").classes("room plain"):
        with ui.element("header").classes("top"):
            text(said, element="span", classes="brand")
            ui.element("span").classes("grow")
            _chooses_theme()
        with ui.element("div").classes("content").props('id="content" tabindex="-1"'):
            text(title, element="h1")
            yield


@contextlib.asynccontextmanager
async def problems_shown() -> AsyncIterator[None]:
    """What cannot be shown says why in its place, and the page goes on."""
    try:
        yield
    except NoDatasetError:
        nothing(
            "Nothing has been made yet",
            "Say what people you want, and they are here in half a minute.",
            link=("/generate", "Generate a population"),
        )
    except SpendSenseError as error:
        problem(error)


def _document(title: str) -> None:
    ui.page_title(f"{title} · SpendSense")
    for sheet in _SHEETS:
        ui.add_head_html(f'<link rel="stylesheet" href="/static/{sheet}.css">')
    if _is_dark():
        ui.add_head_html("<style>html,body{background:#10141b}</style>")
    ui.dark_mode(value=_is_dark())
    ui.colors(primary=palette().accent)


def _is_dark() -> bool:
    return bool(app.storage.user.get(_THEME, False))


def _chooses_theme() -> None:
    def change() -> None:
        app.storage.user[_THEME] = not _is_dark()
        ui.navigate.reload()

    word = "Light colours" if _is_dark() else "Dark colours"
    ui.button(icon="light_mode" if _is_dark() else "dark_mode", on_click=change).props(
        f'flat round dense color=none aria-label="{word}"'
    ).classes("quiet")


def _says_who(room: Room) -> None:
    async def change() -> None:
        await ask_name(room)

    name = operator_name(room)
    who = ui.button(name or ASKED, icon="person", on_click=change)
    who.props("flat dense no-caps color=none").classes("quiet visitor").mark(MARK)


def _tells_of_newer(room: Room) -> None:
    """Says so when another dataset is published, or somebody's consent decided on, while the page
    is open; it changes nothing under whoever is reading.
    """
    shown = room.reading.edition()
    with ui.element("div").classes("newer").props('role="status"') as banner:
        said = ui.label()
        ui.button("Show it", on_click=ui.navigate.reload).props("flat dense no-caps")
    banner.set_visibility(False)

    def look(found: Edition) -> None:
        is_other = found.dataset != shown.dataset
        what = "Another dataset has been published" if is_other else "Consent has been decided on"
        said.set_text(f"{what} since this page was opened.")
        banner.set_visibility(is_other or found.decisions != shown.decisions)

    room.editions.tell(look)
