"""What was asked of the processes we started, kept in files of the data directory until Dagster's
books have the run, and for as long as somebody may ask why one never began.

A started process holds a lock on its log for as long as it lives; the kernel releases it however it
ends, so a launch is never taken for alive when it is not.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from spendsense_pipeline.files import write_text
from spendsense_pipeline.launching.preparing import Prepared, RunRequest
from spendsense_pipeline.publishing.warehouse import named_errors

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings

# Of these Dagster's books have everything by then.
_LAUNCHES_KEPT = 50


@dataclass(frozen=True)
class Launch:
    """One process that was started to run a job.

    Attributes:
        run_id: of the run it carries.
        at: when it was asked for, in UTC.
        prepared: what it runs.
        process: the process, as `defs.runs.process_mark` writes it; "" until it is known.
        is_alive: whether it is still there.
        error: what it said of why it ended; "" if it said nothing.
        canceled_by: who ended it before it began; "" if nobody did.
    """

    run_id: str
    at: dt.datetime
    prepared: Prepared
    process: str
    is_alive: bool
    error: str
    canceled_by: str


def write_launch(
    settings: Settings, run_id: str, prepared: Prepared, *, at: dt.datetime, process: str = ""
) -> None:
    """Keep what a process is started for.

    Raises:
        DiskFullError: when there is no room for it.
        WarehouseError: when it cannot be written.
    """
    request, expected = asdict(prepared.request), prepared.expected
    if prepared.request.as_of is not None:
        request["as_of"] = prepared.request.as_of.isoformat()
    content = {
        "at": at.astimezone(dt.UTC).isoformat(),
        "process": process,
        "request": request,
        "run_config": prepared.run_config,
        "expected": expected and asdict(expected),
        "notes": list(prepared.notes),
    }
    path = _path(settings, run_id)
    with named_errors(path):
        write_text(path, json.dumps(content, ensure_ascii=False))


def read_launch(settings: Settings, run_id: str) -> Launch | None:
    """A launch; None where no process of ours was started for that run.

    Args:
        settings: where it is kept.
        run_id: the run.
    """
    try:
        content = json.loads(_path(settings, run_id).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    # Looked at before what it said: what is dead by then says no more.
    is_alive = _is_held(log_path(settings, run_id))
    ended = _ended(settings, run_id)
    return Launch(
        run_id,
        dt.datetime.fromisoformat(content["at"]),
        _prepared(content),
        content["process"],
        is_alive,
        ended.get("error", ""),
        ended.get("canceled_by", ""),
    )


def launches(settings: Settings) -> Iterator[Launch]:
    """Those kept, newest first."""
    for path in _kept(settings):
        launch = read_launch(settings, path.stem)
        if launch is not None:
            yield launch


def note_end(settings: Settings, run_id: str, **said: str) -> None:
    """Keep why a launch has ended (`error`) or who ended it (`canceled_by`); the first word stands.

    A disk without room for it keeps nothing: whoever looks then finds the process gone.
    """
    if not _ended(settings, run_id):
        with contextlib.suppress(OSError):
            write_text(_end_path(settings, run_id), json.dumps(said, ensure_ascii=False))


@contextlib.contextmanager
def held_log(settings: Settings, run_id: str) -> Iterator[IO[bytes]]:
    """The log of a process about to be started, locked by whoever holds this file.

    Yields:
        What to hand to the process as its output: its copy keeps the lock.
    """
    path = log_path(settings, run_id)
    with named_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def forget_old(settings: Settings) -> None:
    """Delete the files of launches that ended long ago."""
    for path in _kept(settings)[_LAUNCHES_KEPT:]:
        if not _is_held(path.with_suffix(".log")):
            for each in path.parent.glob(f"{path.stem}.*"):
                each.unlink(missing_ok=True)


def log_path(settings: Settings, run_id: str) -> Path:
    """Where a started process writes what nobody expects it to say."""
    return settings.launches_dir / f"{run_id}.log"


def _path(settings: Settings, run_id: str) -> Path:
    return settings.launches_dir / f"{run_id}.json"


def _end_path(settings: Settings, run_id: str) -> Path:
    return settings.launches_dir / f"{run_id}.ended"


def _ended(settings: Settings, run_id: str) -> Mapping[str, str]:
    try:
        said: dict[str, str] = json.loads(_end_path(settings, run_id).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said


def _kept(settings: Settings) -> list[Path]:
    """Newest first."""
    dated = []
    for path in settings.launches_dir.glob("[!.]*.json"):
        with contextlib.suppress(OSError):
            dated.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(dated, reverse=True)]


def _is_held(path: Path) -> bool:
    """Whether the process that was given this log is still there."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _prepared(content: Mapping[str, Any]) -> Prepared:
    from spendsense_pipeline.reporting.estimate import Estimate

    request = dict(content["request"])
    if request["as_of"] is not None:
        request["as_of"] = dt.date.fromisoformat(request["as_of"])
    expected = content["expected"]
    return Prepared(
        RunRequest(**request),
        content["run_config"],
        Estimate(**expected) if expected else None,
        tuple(content["notes"]),
    )
