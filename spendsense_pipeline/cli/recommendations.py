"""`spendsense recommendations`: what one person is recommended, why, and why not the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from spendsense_pipeline.cli.output import JsonOption, show, show_json
from spendsense_pipeline.cli.person import UserArgument, Window
from spendsense_pipeline.reporting.wording import NO_DATA, in_unit
from spendsense_pipeline.tables.features import WINDOWS

if TYPE_CHECKING:
    from spendsense_pipeline.recommendations.explaining import LeftOut, Unmet
    from spendsense_pipeline.reporting.advice import Advice, Advised

# Of an id: enough for `spendsense review`, short enough for a line.
_DIGITS_SHOWN = 12


def recommendations(
    user_id: UserArgument,
    window: Annotated[Window | None, typer.Option(help="Days judged.", show_default="both")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what one person is recommended, with the numbers that say why and where it stands, and
    which criterion kept every other item for their persona away.

    ```bash
    spendsense recommendations user_0007
    spendsense recommendations user_0007 --window 180 --json
    ```

    A person is only ever shown what is approved: `spendsense review`.
    """
    from spendsense_pipeline.reporting.advice import advice_of
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    with open_dataset(settings) as published:
        advice = advice_of(published, settings, user_id)
    windows = (int(window.value),) if window else WINDOWS
    if as_json:
        show_json(
            {
                "user_id": advice.user_id,
                "items": [item for item in advice.items if item.window_days in windows],
                "shortfalls": [each for each in advice.shortfalls if each.window_days in windows],
                "left_out": [item for item in advice.left_out if item.window_days in windows],
            }
        )
        return
    for days in windows:
        _show_window(advice, days)


def _show_window(advice: Advice, days: int) -> None:
    items = [item for item in advice.items if item.window_days == days]
    show(f"[bold]{advice.user_id}, {days} days[/bold]")
    for item in items:
        _show_item(item)
    for short in advice.shortfalls:
        if short.window_days == days:
            show(f"  Too few of {short.kind}: {short.reason}.")
    left = [item for item in advice.left_out if item.window_days == days]
    if left:
        show("  [bold]Not recommended[/bold]")
    for each in left:
        show(f"  - {each.title} ({each.kind}): {_why_not(each)}")
    show("")


def _show_item(item: Advised) -> None:
    from rich.markup import escape

    form = item.kind if item.form == item.kind else f"{item.kind}, {item.form}"
    show(
        f"  {item.rank}. [bold]{escape(item.title)}[/bold] ({form}; "
        f"{item.state}; {item.recommendation_id[:_DIGITS_SHOWN]})",
        f"     {escape(item.rationale)}",
    )


def _why_not(left: LeftOut) -> str:
    """What kept an item away, in a few words."""
    if left.kept_away_by:
        needed = [each for each in left.kept_away_by if each.role != "signal"]
        named = {each.feature for each in needed}
        signals = [
            each
            for each in left.kept_away_by
            if each.role == "signal" and each.feature not in named
        ]
        parts = [_unmet(each) for each in needed]
        if signals:
            parts.append("nothing it answers: " + " and ".join(_unmet(each) for each in signals))
        return "; ".join(parts)
    return "a figure it would cite is not known" if left.is_untold else "it fits; others came first"


def _unmet(unmet: Unmet) -> str:
    value = NO_DATA if unmet.value is None else _figure(unmet.value, unmet.unit)
    if unmet.unit == "yes/no":
        return f"{unmet.label}: {value}"
    sign = {">=": "≥", "<": "<", ">": ">", "=": "="}[unmet.operator]
    return f"{unmet.label} {value}, needs {sign} {_figure(unmet.threshold, unmet.unit)}"


def _figure(value: float, unit: str) -> str:
    if unit == "yes/no":
        return "yes" if value else "no"
    return in_unit(int(value) if unit == "count" else value, unit)
