"""What is settled before a run begins: whether it may, for which day, from which history, with what
configuration. Raises what is wrong with the request before anything is written.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError

if TYPE_CHECKING:
    from spendsense_pipeline.controls import OperatorConfig, ResolvedConfig
    from spendsense_pipeline.publishing.continuity import Continuity
    from spendsense_pipeline.publishing.raw_tables import RawTables
    from spendsense_pipeline.reporting.estimate import Estimate
    from spendsense_pipeline.settings import Settings

REFRESH = "demo_refresh"
"""The job that makes people and everything after."""
FROM_RAW = "refresh_from_raw"
"""The job that judges the people there are."""


@dataclass(frozen=True)
class RunRequest:
    """What somebody asks to have run.

    Attributes:
        job: `REFRESH` or `FROM_RAW`.
        config: the configuration in its saved form; of `FROM_RAW` thresholds and expectations, or
            nothing for those in force.
        as_of: the day the data ends; None: the configuration's own, else today.
        is_fresh: start a new world instead of extending the published history.
        replace_import: let made-up people take the place of an import.
        only_blocking_checks: leave out the checks that only warn.
        force: go on although disk or memory look too small.
        operator: who asks; "" where that is not known.
    """

    job: str = REFRESH
    config: Mapping[str, Any] = field(default_factory=dict)
    as_of: dt.date | None = None
    is_fresh: bool = False
    replace_import: bool = False
    only_blocking_checks: bool = False
    force: bool = False
    operator: str = ""


@dataclass(frozen=True)
class Plan:
    """What a request that makes people comes to.

    Attributes:
        resolved: the configuration for its day.
        history: whether it continues the published history, and why.
        expected: what it would make.
        run_config: what the job is run with.
    """

    resolved: ResolvedConfig
    history: Continuity
    expected: Estimate
    run_config: dict[str, Any]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing before it is run."""
        shorts = (f"Note: {short}" for short in self.resolved.short_histories)
        return (f"As of {self.resolved.as_of}. {self.history.note}", *shorts)


@dataclass(frozen=True)
class Prepared:
    """A request that may be run, with everything settled that a later hour could change.

    Attributes:
        request: what was asked.
        run_config: what the job is run with.
        expected: what it makes; None where people are judged again.
        notes: what is worth knowing before it is run.
    """

    request: RunRequest
    run_config: dict[str, Any]
    expected: Estimate | None
    notes: tuple[str, ...]


def plan(settings: Settings, request: RunRequest, *, today: dt.date) -> Plan:
    """What a request that makes people comes to; refuses a wrong configuration only.

    Args:
        settings: where the files are.
        request: of the job `REFRESH`.
        today: the day it is, for a request that names none.

    Raises:
        SpendSenseError: saying everything that is wrong with the configuration.
    """
    from spendsense_pipeline.controls import as_of_for, operator_config_from, resolve
    from spendsense_pipeline.publishing.continuity import continue_published
    from spendsense_pipeline.publishing.imported import REPLACE_FIELD
    from spendsense_pipeline.reporting.estimate import estimate

    asked = operator_config_from(dict(request.config))
    day = request.as_of or as_of_for(asked, today=today)
    if request.as_of is not None:
        asked = _settled(asked, day, asked.config.history_start)
    history = continue_published(settings, asked, as_of=day, is_fresh=request.is_fresh)
    resolved = resolve(asked, as_of=day, history_start=history.history_start)
    given = _settled(asked, day, history.history_start).given_json()
    if request.replace_import:
        given[REPLACE_FIELD] = True
    return Plan(resolved, history, estimate(resolved), given)


def prepare(
    settings: Settings,
    request: RunRequest,
    *,
    today: dt.date,
    wait_seconds: float = 0.0,
    say: Callable[[str], None] = lambda _: None,
) -> Prepared:
    """Settle what is run, or refuse; writes nothing.

    Args:
        settings: where the files are.
        request: what is asked.
        today: the day it is, for a request that names none.
        wait_seconds: how long to wait for a run that is writing the raw tables to be judged; what
            it leaves is looked at later, by the run itself, where that is too short.
        say: receives a line now and then while waiting.

    Returns:
        What may be run.

    Raises:
        SpendSenseError: what is wrong: the configuration, an import in the way, want of room, no
            raw tables to judge, or a job that is not ours to launch.
    """
    from spendsense_pipeline.scaling.capacity import require_capacity

    if request.job == FROM_RAW:
        require_nobody_made_by(request)
        note = _what_is_judged(settings, request, wait_seconds, say)
        return Prepared(request, {}, None, (note,))
    if request.job != REFRESH:
        raise SpendSenseError(
            problem=f"job must be one of {REFRESH}, {FROM_RAW}; it is {request.job!r}",
            remedy="choose one of those; others are launched from Dagster's UI",
        )
    if not request.replace_import:
        require_no_import_held(settings)
    planned = plan(settings, request, today=today)
    if not request.force:
        require_capacity(planned.expected, settings)
    return Prepared(request, planned.run_config, planned.expected, planned.notes)


def require_no_import_held(settings: Settings) -> None:
    """Refuse to make people where an import is, which they would replace.

    Raises:
        ImportHeldError: naming it and how to replace it knowingly.
    """
    from spendsense_pipeline.publishing.imported import require_no_import

    require_no_import(settings, "to replace it by made-up people knowingly, pass --replace-import")


def require_nobody_made_by(request: RunRequest) -> None:
    """Refuse what only a run that makes people can be asked.

    Raises:
        SpendSenseError: naming it.
    """
    given = {
        "as_of": request.as_of is not None,
        "is_fresh": request.is_fresh,
        "replace_import": request.replace_import,
    }
    named = ", ".join(name for name, is_given in given.items() if is_given)
    if named:
        raise SpendSenseError(
            problem=(
                f"{FROM_RAW} judges the people in the raw tables, and {named} would make others"
            ),
            remedy=f"leave out {named}, or run {REFRESH}",
        )


def begin(settings: Settings, prepared: Prepared) -> None:
    """What is done right before the run: room is made, or the raw tables are settled.

    Args:
        settings: where the files are.
        prepared: what is run next.

    Raises:
        SpendSenseError: when the raw tables cannot be judged as asked.
    """
    if prepared.request.job == FROM_RAW:
        from spendsense_pipeline.publishing.raw_tables import settle_raw_tables

        settle_raw_tables(settings, rules_of(prepared.request))
    elif prepared.expected is not None:
        from spendsense_pipeline.scaling.capacity import reclaim

        reclaim(prepared.expected, settings)


def _what_is_judged(
    settings: Settings, request: RunRequest, wait_seconds: float, say: Callable[[str], None]
) -> str:
    """The raw tables in words; while somebody writes them for longer than that, who does."""
    from spendsense_pipeline.publishing.commands import refresh_command
    from spendsense_pipeline.publishing.raw_tables import find_raw_tables
    from spendsense_pipeline.publishing.warehouse import WarehouseError, writer_lock

    rules = rules_of(request)
    if not settings.building_path.exists():
        return sentence(find_raw_tables(settings, rules))
    holder = refresh_command(is_imported=True)
    try:
        with writer_lock(settings, holder=holder, wait_seconds=wait_seconds, say=say):
            return sentence(find_raw_tables(settings, rules))
    except WarehouseError as error:
        if wait_seconds or error.exit_code != RUN_FAILED:
            raise
        return f"{error.problem.partition(' after ')[0]}; what it leaves is judged."


def rules_of(request: RunRequest) -> OperatorConfig | None:
    """The thresholds and expectations a request judges by; None for those in force."""
    from spendsense_pipeline.controls import operator_config_from

    return operator_config_from(dict(request.config)) if request.config else None


def sentence(found: RawTables) -> str:
    """What there is to judge, in words."""
    rows = ", ".join(
        f"{count:,} {name.removeprefix('raw_').replace('_', ' ')}"
        for name, count in found.rows.items()
        if count and name.startswith("raw_")
    )
    whose = "imported" if found.resolved.is_imported else "generated"
    return f"The raw tables are {whose}, as of {found.resolved.as_of}: {rows}."


@contextlib.contextmanager
def disk_full_in_one_line(settings: Settings, expected: Estimate | None) -> Iterator[None]:
    """A disk so full that Dagster cannot keep its books ends the run in the middle of a step.

    Args:
        settings: where it wrote.
        expected: what the run makes, by which what is still missing is told.

    Raises:
        DiskFullError: in its place.
    """
    from spendsense_pipeline.disk import disk_full

    try:
        yield
    except Exception as error:
        full = disk_full(error, settings.dagster_home)
        if full is None:
            raise
        if expected is not None:
            from spendsense_pipeline.scaling.capacity import reclaim, still_missing

            full = full.needing(still_missing(expected, settings))
            reclaim(expected, settings)
        raise full from error


def _settled(asked: OperatorConfig, day: dt.date, start: dt.date | None) -> OperatorConfig:
    """The configuration with its day and history settled, as the nightly schedule settles them."""
    return asked.replace(
        config=asked.config.replace(generation_timestamp=day.isoformat(), history_start=start)
    )
