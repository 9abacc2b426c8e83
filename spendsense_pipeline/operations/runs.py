"""Recording that somebody launched a run, and what they asked of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from spendsense_pipeline.operations.entries import Operation
from spendsense_pipeline.operations.log import try_to_record

if TYPE_CHECKING:
    from spendsense_pipeline.launching.preparing import RunRequest
    from spendsense_pipeline.settings import Settings


def note_run(
    settings: Settings, request: RunRequest, run_id: str, *, action: str, subject: str, via: str
) -> str | None:
    """Record a run that was launched.

    Args:
        settings: where the log is.
        request: what was asked.
        run_id: of the run.
        action: `refresh` or `import`.
        subject: what it is about; "" for the run itself.
        via: where it was asked.

    Returns:
        None, or the sentence to show where it is not recorded.
    """
    about = [f"run {run_id}"] if subject else []
    about += [f"job {request.job}", *_asked(request)]
    entry = Operation(
        dt.datetime.now(dt.UTC),
        request.operator or None,
        action,
        subject or run_id,
        ", ".join(about),
        via,
    )
    return try_to_record(settings, entry)


def _asked(request: RunRequest) -> list[str]:
    """What is asked beyond the defaults, in a few words."""
    config = request.config
    said = [f"preset {config['preset']}"] if config.get("preset") else []
    size = config.get("config", {})
    if "num_users" in size:
        said.append(f"{size['num_users']} people")
    sections = [name for name in ("controls", "thresholds", "expectations") if config.get(name)]
    said += [f"{name} changed ({', '.join(sorted(config[name]))})" for name in sections]
    if request.as_of is not None:
        said.append(f"as of {request.as_of}")
    flags = {
        "a new world": request.is_fresh,
        "replacing an import": request.replace_import,
        "only the checks that block": request.only_blocking_checks,
        "in spite of too little room": request.force,
    }
    return said + [words for words, is_asked in flags.items() if is_asked]
