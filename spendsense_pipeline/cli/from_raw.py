"""`spendsense refresh --from-raw`: the people who are there, judged again; nobody is made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.cli.output import say, show, show_json
from spendsense_pipeline.errors import SpendSenseError

if TYPE_CHECKING:
    from spendsense_pipeline.publishing.raw_tables import RawTables
    from spendsense_pipeline.settings import Settings

JOB = "refresh_from_raw"


def require_nobody_made(options: Mapping[str, Any]) -> None:
    """Refuse options that make people.

    Args:
        options: the value of each that does, by its name; what is false is not given.

    Raises:
        SpendSenseError: naming those given.
    """
    given = [name for name, value in options.items() if value is not None and value is not False]
    if given:
        raise SpendSenseError(
            problem=(
                f"--from-raw judges the people in the raw tables, and {', '.join(given)} would make"
                " others"
            ),
            remedy=f"leave out {', '.join(given)}, or --from-raw",
        )


def judge_again(
    config: Path | None,
    *,
    skip_validation: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Measure, judge, explain, check and publish what is in the raw tables.

    Args:
        config: a file with thresholds and expectations; None: those in force.
        skip_validation: skip the checks that only warn.
        dry_run: say what would be judged and write nothing.
        yes: do not ask before replacing the published dataset.
        as_json: for programs.
    """
    from spendsense_pipeline.cli.refresh import confirm_replacing, run_and_summarize
    from spendsense_pipeline.controls import load_config
    from spendsense_pipeline.publishing.raw_tables import find_raw_tables, settle_raw_tables
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    rules = load_config(config) if config is not None else None
    if dry_run:
        _show_found(find_raw_tables(settings, rules), as_json=as_json)
        return
    with _nobody_writing(settings):
        found = find_raw_tables(settings, rules)
    say(_sentence(found))
    confirm_replacing(settings, yes=yes)
    if skip_validation:
        say("Skipping the checks that only warn; those that block publishing run.")
    settle_raw_tables(settings, rules)
    run_and_summarize(
        settings, JOB, run_config={}, only_blocking_checks=skip_validation, as_json=as_json
    )


@contextlib.contextmanager
def _nobody_writing(settings: Settings) -> Iterator[None]:
    """Wait for a run that is writing the warehouse, where there is one."""
    from spendsense_pipeline.publishing.commands import refresh_command
    from spendsense_pipeline.publishing.raw_tables import WAIT_SECONDS
    from spendsense_pipeline.publishing.warehouse import writer_lock

    if not settings.building_path.exists():
        yield
        return
    with writer_lock(
        settings, holder=refresh_command(is_imported=True), wait_seconds=WAIT_SECONDS, say=say
    ):
        yield


def _show_found(found: RawTables, *, as_json: bool) -> None:
    if as_json:
        configuration = found.resolved.to_dict()
        show_json({"configuration": configuration, "rows": found.rows, "path": found.path})
    else:
        show(f"Valid. {_sentence(found)} Nothing was written.")


def _sentence(found: RawTables) -> str:
    rows = ", ".join(
        f"{count:,} {name.removeprefix('raw_').replace('_', ' ')}"
        for name, count in found.rows.items()
        if count and name.startswith("raw_")
    )
    whose = "imported" if found.resolved.is_imported else "generated"
    return f"The raw tables are {whose}, as of {found.resolved.as_of}: {rows}."
