"""`spendsense refresh --from-raw`: the people who are there, judged again; nobody is made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.cli.output import operator_name, say, show, show_json
from spendsense_pipeline.errors import SpendSenseError

if TYPE_CHECKING:
    from spendsense_pipeline.publishing.raw_tables import RawTables


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
    operator: str | None,
    skip_validation: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Measure, judge, explain, check and publish what is in the raw tables.

    Args:
        config: a file with thresholds and expectations; None: those in force.
        operator: who asks, as given on the command line.
        skip_validation: skip the checks that only warn.
        dry_run: say what would be judged and write nothing.
        yes: do not ask before replacing the published dataset.
        as_json: for programs.
    """
    from spendsense_pipeline.cli.refresh import confirm_replacing, run_and_summarize
    from spendsense_pipeline.controls import load_config
    from spendsense_pipeline.launching.preparing import FROM_RAW, RunRequest, begin, prepare
    from spendsense_pipeline.publishing.raw_tables import WAIT_SECONDS, find_raw_tables
    from spendsense_pipeline.settings import Settings, today

    settings = Settings.from_environment()
    rules = load_config(config) if config is not None else None
    if dry_run:
        _show_found(find_raw_tables(settings, rules), as_json=as_json)
        return
    request = RunRequest(
        job=FROM_RAW,
        config=rules.given_json() if rules is not None else {},
        only_blocking_checks=skip_validation,
        operator=operator_name(settings, operator),
    )
    prepared = prepare(settings, request, today=today(settings), wait_seconds=WAIT_SECONDS, say=say)
    for note in prepared.notes:
        say(note)
    confirm_replacing(settings, yes=yes)
    if skip_validation:
        say("Skipping the checks that only warn; those that block publishing run.")
    begin(settings, prepared)
    run_and_summarize(settings, prepared, as_json=as_json)


def _show_found(found: RawTables, *, as_json: bool) -> None:
    from spendsense_pipeline.launching.preparing import sentence

    if as_json:
        configuration = found.resolved.to_dict()
        show_json({"configuration": configuration, "rows": found.rows, "path": found.path})
    else:
        show(f"Valid. {sentence(found)} Nothing was written.")
