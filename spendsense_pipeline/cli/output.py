"""What a terminal shows and what a program reads: tables, or JSON with the same content.

Colours and boxes are for terminals; a pipe gets plain text wide enough not to be folded.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spendsense_pipeline.reporting.wording import NO_DATA

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from spendsense_pipeline.settings import Settings

_PIPE_WIDTH = 140

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON for programs instead of tables.")
]
OperatorOption = Annotated[
    str | None,
    typer.Option(
        "--operator", help="Who does it, for the log.", show_default="SPENDSENSE_OPERATOR"
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before replacing data.")]


def console() -> Console:
    """A console on the current stdout."""
    from rich.console import Console

    is_terminal = sys.stdout.isatty()
    return Console(width=None if is_terminal else _PIPE_WIDTH, highlight=False, soft_wrap=False)


def show(*renderables: RenderableType) -> None:
    """Print to stdout."""
    out = console()
    for renderable in renderables:
        # prose is folded to a terminal's width, never for a program that searches it
        out.print(renderable, soft_wrap=isinstance(renderable, str) and not out.is_terminal)


def say(text: str) -> None:
    """A remark that is no result: stderr, so that a pipe carries results only."""
    sys.stderr.write(f"{text}\n")


def show_json(content: Any) -> None:
    """Print content as JSON; dataclasses, dates and decimals included."""
    sys.stdout.write(
        json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    )


def plain(content: Any) -> Any:
    """Content in types JSON knows; what is not a number becomes null."""
    if dataclasses.is_dataclass(content) and not isinstance(content, type):
        return {f.name: plain(getattr(content, f.name)) for f in dataclasses.fields(content)}
    if isinstance(content, dict):
        return {str(key): plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple | set | frozenset):
        return [plain(value) for value in content]
    if isinstance(content, decimal.Decimal):
        return float(content)
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if isinstance(content, dt.date | dt.datetime):
        return content.isoformat()
    if content is None or isinstance(content, str | int | bool):
        return content
    return str(content)


def table(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    left: Sequence[str] = (),
    prose: Sequence[str] = (),
) -> RenderableType:
    """A table: numbers to the right, the first column and those in `left` and `prose` to the left.

    Names and figures stay whole; where the terminal is narrow, prose is folded.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    result = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for position, heading in enumerate(headings):
        is_text = position == 0 or heading in left or heading in prose
        result.add_column(
            heading,
            justify="left" if is_text else "right",
            overflow="fold",
            no_wrap=heading not in prose,
        )
    for row in rows:
        result.add_row(*(Text(_cell(value)) for value in row))
    return result


def _cell(value: Any) -> str:
    if value is None:
        return NO_DATA
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def sparkline(values: Sequence[float]) -> str:
    """Values as a line of bars, zero at the bottom."""
    bars = "▁▂▃▄▅▆▇█"
    highest = max((abs(value) for value in values), default=0)
    if highest <= 0:
        return bars[0] * len(values)
    return "".join(bars[round(abs(value) / highest * (len(bars) - 1))] for value in values)


def is_interactive() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def operator_name(settings: Settings, given: str | None) -> str:
    """Who does it: by the option, else by the environment; "" where neither says so.

    A command on one's own machine goes on without a name; the log then says it is not known.
    """
    from spendsense_pipeline.review.requests import require_operator

    name = settings.operator if given is None else given
    return require_operator(name) if name.strip() or given is not None else ""
