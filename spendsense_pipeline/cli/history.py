"""`spendsense diff` and `spendsense rollback`: the datasets kept, compared and gone back to."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spendsense_pipeline.cli.output import (
    JsonOption,
    OperatorOption,
    YesOption,
    is_interactive,
    operator_name,
    show,
    show_json,
    table,
)
from spendsense_pipeline.reporting.wording import percent

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.comparison import Comparison


def diff(
    first: Annotated[
        str, typer.Argument(metavar="A", help="Dataset id, `previous`, `current` or a file.")
    ] = "previous",
    second: Annotated[
        str, typer.Argument(metavar="B", help="The one to compare it with.")
    ] = "current",
    as_json: JsonOption = False,
) -> None:
    """Compare two published datasets: controls, rows, persona mix, coverage.

    ```bash
    spendsense diff
    spendsense diff 3f2a9c 81b04e --json
    ```
    """
    from spendsense_pipeline.reporting.comparison import compare, find_dataset
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    paths = [find_dataset(settings, name) for name in (first, second)]
    with open_dataset(settings, paths[0]) as one, open_dataset(settings, paths[1]) as other:
        comparison = compare(one, other)
    if as_json:
        show_json(comparison)
    else:
        _show_comparison(comparison)


def rollback(
    dataset_id: Annotated[
        str | None,
        typer.Argument(
            help="Dataset to go back to, or the beginning of its id.",
            show_default="the previous one",
        ),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="How many publications back.")] = 1,
    operator: OperatorOption = None,
    yes: YesOption = False,
    list_: Annotated[bool, typer.Option("--list", help="Only list the datasets kept.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make an earlier dataset the published one again.

    ```bash
    spendsense rollback --list
    spendsense rollback --yes
    ```
    """
    from spendsense_pipeline.operations.entries import COMMAND_LINE
    from spendsense_pipeline.operations.rolling_back import roll_back
    from spendsense_pipeline.publishing.retention import datasets
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    if list_:
        _list_datasets(datasets(settings), as_json=as_json)
        return
    name = operator_name(settings, operator)
    if not yes and is_interactive():
        typer.confirm(f"Replace the published dataset in {settings.data_dir}?", abort=True)
    done = roll_back(
        settings,
        dataset_id=dataset_id,
        steps=steps,
        operator=name,
        via=COMMAND_LINE,
        at=dt.datetime.now(dt.UTC),
    )
    if as_json:
        show_json(done.dataset)
    else:
        show(*done.sentences)


def _list_datasets(kept: list[Any], *, as_json: bool) -> None:
    if as_json:
        show_json(kept)
        return
    rows = [
        (
            d.dataset_id,
            d.as_of,
            f"{d.published_at:%Y-%m-%d %H:%M}",
            d.preset,
            "yes" if d.is_current else "",
        )
        for d in kept
    ]
    headings = ("dataset", "as of", "published (UTC)", "preset", "current")
    show(table("Datasets kept", headings, rows, left=headings))


def _show_comparison(comparison: Comparison) -> None:
    first = f"{comparison.first[:8]} ({comparison.first_as_of})"
    second = f"{comparison.second[:8]} ({comparison.second_as_of})"
    sections = (
        ("What was asked", comparison.controls, str),
        ("Rows", comparison.rows, lambda v: v),
        ("Persona mix", comparison.mix, lambda v: percent(v, 1)),
        ("Coverage", comparison.coverage, lambda v: percent(v, 1)),
    )
    for title, differences, shown in sections:
        rows = [(d.name, shown(d.first), shown(d.second)) for d in differences]
        if rows:
            show(table(title, ("", first, second), rows))
        else:
            show(f"{title}: no difference.\n")
    show(
        f"{comparison.people_whose_persona_changed:,} of {comparison.people_in_both:,} people in "
        f"both "
        "have another primary persona in some window."
    )
