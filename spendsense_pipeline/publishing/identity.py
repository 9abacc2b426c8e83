"""What a dataset was made from: the version of this code, the dataset's id, and the stamp every
table carries as its comment, so that tables made from different configurations are never mixed.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.publishing.commands import refresh_command
from spendsense_pipeline.sql import identifier, literal
from spendsense_pipeline.tables.dataset import PUBLISHED

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

_SOURCE_SUFFIXES = frozenset({".py", ".sql", ".csv", ".json"})
# 64 bits: among a million datasets two agree by chance once in forty million such collections.
_ID_DIGITS = 16


@functools.cache
def code_version() -> str:
    """Content hash of every source file of the package, 16 hex digits.

    Edges that cannot change a row (the command line, Dagster, exports) count too: telling them
    apart would be one more thing to get wrong, and a needless rebuild costs seconds.
    """
    return source_version(".")


@functools.cache
def source_version(*packages: str) -> str:
    """Content hash of source files of ours, 16 hex digits.

    Args:
        packages: folders below the package ("generation"); "." stands for all of it.
    """
    root = Path(__file__).parent.parent
    paths = {p for name in packages for p in (root / name).rglob("*")}
    digest = hashlib.sha256()
    for path in sorted(p for p in paths if p.suffix in _SOURCE_SUFFIXES):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_ID_DIGITS]


def dataset_id(resolved: ResolvedConfig) -> str:
    """Hash of everything that decides the rows, 16 hex digits.

    Args:
        resolved: configuration, history start and as_of; the code counts too.
    """
    made_from = {
        "config_hash": resolved.config_hash,
        "history_start": resolved.history_start.isoformat(),
        "as_of": resolved.as_of.isoformat(),
        "code_version": code_version(),
    }
    text = json.dumps(made_from, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]


@dataclass(frozen=True)
class Stamp:
    """What a table was made from; kept in the table's comment."""

    config_hash: str
    dataset_id: str
    as_of: str

    @classmethod
    def of(cls, resolved: ResolvedConfig) -> Stamp:
        """The stamp of tables made from this configuration by this code."""
        return cls(resolved.config_hash, dataset_id(resolved), resolved.as_of.isoformat())

    @property
    def inputs(self) -> tuple[str, str]:
        """What must agree between the tables a step reads (an edited code version need not)."""
        return (self.config_hash, self.as_of)

    def __str__(self) -> str:
        """Short form for messages."""
        return f"configuration {self.config_hash[:8]} as of {self.as_of}"


def stamp_table(con: duckdb.DuckDBPyConnection, table: str, stamp: Stamp) -> None:
    """Write what a table was made from into its comment.

    Args:
        con: the warehouse being built.
        table: its name; it must be there.
        stamp: what it was made from.
    """
    text = json.dumps(asdict(stamp), sort_keys=True)
    con.execute(f"comment on table {identifier(table)} is {literal(text)}")


def read_stamps(con: duckdb.DuckDBPyConnection) -> dict[str, Stamp | None]:
    """What every table of the connection's own database was made from.

    Args:
        con: any of our databases; attached ones are left out.

    Returns:
        By name of the table in schema main; None for one without a stamp of ours.
    """
    rows = con.execute(
        "select table_name, comment from duckdb_tables()"
        " where database_name = current_database() and schema_name = 'main'"
    ).fetchall()
    return {name: _parse(comment) for name, comment in rows}


def _parse(comment: str | None) -> Stamp | None:
    try:
        fields = json.loads(comment or "")
        return Stamp(fields["config_hash"], fields["dataset_id"], fields["as_of"])
    except (ValueError, KeyError, TypeError):
        return None


def require_inputs(
    con: duckdb.DuckDBPyConnection, *, step: str, inputs: Iterable[str], resolved: ResolvedConfig
) -> None:
    """Refuse when an input of a step is missing or was made from another configuration.

    Args:
        con: the warehouse being built.
        step: its name, for the message.
        inputs: names of the tables it reads.
        resolved: what they must have been made from; another version of the code is no matter.

    Raises:
        SpendSenseError: naming the inputs to materialize again.
    """
    expected = Stamp.of(resolved)
    stamps = read_stamps(con)
    wrong = {t: stamps.get(t) for t in inputs if not _agrees(stamps.get(t), expected)}
    if not wrong:
        return
    why = "; ".join(
        f"{table} {'was made from ' + str(stamp) if stamp else 'is not there'}"
        for table, stamp in wrong.items()
    )
    raise SpendSenseError(
        problem=f"{step} cannot run: the operator controls hold {expected}, but {why}",
        remedy=f"materialize {', '.join(wrong)} first, or {_whole(resolved)}",
        exit_code=RUN_FAILED,
    )


def _whole(resolved: ResolvedConfig) -> str:
    """What makes everything anew that can be."""
    command = refresh_command(is_imported=True)
    return f"run `{command}`" if resolved.is_imported else "run the job demo_refresh"


def _agrees(stamp: Stamp | None, expected: Stamp) -> bool:
    return stamp is not None and stamp.inputs == expected.inputs


def require_one_dataset(
    con: duckdb.DuckDBPyConnection, tables: Iterable[str], resolved: ResolvedConfig
) -> None:
    """Refuse to publish unless every table was made from one configuration by this very code.

    Args:
        con: the warehouse being built.
        tables: names of the tables that are published.
        resolved: what they must have been made from.

    Raises:
        SpendSenseError: naming the tables to materialize again.
    """
    tables = tuple(tables)
    require_inputs(con, step=PUBLISHED.name, inputs=tables, resolved=resolved)
    stamps, expected = read_stamps(con), Stamp.of(resolved)
    older = [t for t in tables if (s := stamps[t]) and s.dataset_id != expected.dataset_id]
    if older:
        raise SpendSenseError(
            problem=(
                f"{PUBLISHED.name} cannot run, as the code has changed since {', '.join(older)}"
                f" {'was' if len(older) == 1 else 'were'} made"
            ),
            remedy=f"materialize what was made by other code again, or {_whole(resolved)}",
            exit_code=RUN_FAILED,
        )
