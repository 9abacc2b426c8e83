"""Which datasets are kept, and going back to one of them.

Kept are the last few publications and the newest import, less those holding rows of somebody who
has since withdrawn consent: a decision about one's data reaches the copies too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.commands import HOW_TO_BEGIN, remake_command
from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
from spendsense_pipeline.publishing.publish import (
    Dataset,
    point_readers_at,
    remove_database,
)
from spendsense_pipeline.publishing.warehouse import (
    WarehouseError,
    current_dataset_path,
    named_errors,
)
from spendsense_pipeline.tables.dataset import DATASET

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings

# A week of nights: long enough to notice on Monday what broke on Friday.
DATASETS_KEPT = 7


def datasets(settings: Settings) -> list[Dataset]:
    """The datasets kept, newest publication first; one that cannot be read is left out.

    Args:
        settings: where they are.
    """
    return list(_datasets(settings))


def _datasets(settings: Settings) -> Iterator[Dataset]:
    try:
        current: Path | None = current_dataset_path(settings)
    except WarehouseError:
        current = None
    for path in reversed(_kept_files(settings)):
        with contextlib.suppress(WarehouseError):
            yield replace(read_dataset(path), is_current=path == current)


def read_dataset(path: Path) -> Dataset:
    """The `dataset` row of a published file.

    Args:
        path: the file.

    Raises:
        WarehouseError: when the file is not a dataset of ours.
    """
    import duckdb

    with named_errors(path):
        con = duckdb.connect(str(path), read_only=True)
    try:
        columns = ", ".join(DATASET.column_names)
        [row] = con.execute(f"select {columns} from dataset").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException, ValueError) as error:
        raise WarehouseError(
            problem=f"{path} is not a dataset of this version",
            remedy=HOW_TO_BEGIN,
        ) from error
    finally:
        con.close()
    return Dataset(**dict(zip(DATASET.column_names, row, strict=True)), path=path)


def current_dataset(settings: Settings) -> Dataset:
    """The dataset readers see now.

    Args:
        settings: where it is.

    Raises:
        NoDatasetError: when there is none.
        WarehouseError: when the file is not one.
    """
    return replace(read_dataset(current_dataset_path(settings)), is_current=True)


def _kept_files(settings: Settings) -> list[Path]:
    """Complete datasets, oldest publication first (their names begin with the time)."""
    return sorted(settings.datasets_dir.glob("*.duckdb"))


def _holds_rows_of(path: Path, users: Sequence[str]) -> bool:
    """Whether anything was computed about one of these people in this dataset."""
    import duckdb

    if not users:
        return False
    con = duckdb.connect(str(path), read_only=True)
    try:
        [(count,)] = con.execute(
            "select count(*) from persona_assignments where user_id in (select unnest($users))",
            {"users": list(users)},
        ).fetchall()
    except duckdb.CatalogException:
        return True  # a dataset that cannot say is treated as one that does
    finally:
        con.close()
    return bool(count)


def _newest_import(files: Sequence[Path]) -> Path | None:
    """The newest dataset of imported people, who could not be made again; files oldest first."""
    for path in reversed(files):
        with contextlib.suppress(WarehouseError):
            if read_dataset(path).is_imported:
                return path
    return None


def prune(settings: Settings, *, keep: int = DATASETS_KEPT) -> list[Path]:
    """Delete old datasets and those a withdrawn consent reaches. Hold the writer lock.

    Never deletes the one readers see: replacing that is a publication's job. However many made-up
    datasets follow it, the newest import stays; a withdrawn consent reaches that too.

    Args:
        settings: where they are.
        keep: how many publications to keep.

    Returns:
        The files deleted.

    Raises:
        NoDatasetError: when nothing is published.
    """
    files = _kept_files(settings)
    current = current_dataset_path(settings)
    refused = withdrawn(read_decisions(settings))
    older = files[:-keep]
    wanted = {*files[-keep:], _newest_import(files) if older else None}
    old = [
        path
        for path in files
        if path != current and (path not in wanted or _holds_rows_of(path, refused))
    ]
    for path in old:
        remove_database(path)
    return old


def rollback(settings: Settings, *, dataset_id: str | None = None, steps: int = 1) -> Dataset:
    """Make an earlier dataset the published one again. Hold the writer lock.

    Args:
        settings: where the files are.
        dataset_id: which one (or the beginning of its id); wins over `steps`.
        steps: how many publications back from the one readers see now.

    Returns:
        The dataset readers see now.

    Raises:
        SpendSenseError: naming the datasets there are, or whose consent forbids it.
    """
    kept = datasets(settings)
    if dataset_id is not None:
        found = [d for d in kept if d.dataset_id.startswith(dataset_id) and not d.is_current]
    else:
        now = next((i for i, d in enumerate(kept) if d.is_current), 0)
        found = kept[now + steps : now + steps + 1] if steps > 0 else []
    if not found:
        known = ", ".join(f"{d.dataset_id} (as of {d.as_of})" for d in kept if not d.is_current)
        asked = f"{dataset_id!r}" if dataset_id is not None else f"{steps} back"
        raise SpendSenseError(
            problem=f"no dataset {asked} is kept",
            remedy=f"choose one of {known}"
            if known
            else "there are none besides the published one",
        )
    if _holds_rows_of(found[0].path, withdrawn(read_decisions(settings))):
        raise SpendSenseError(
            problem=(
                f"dataset {found[0].dataset_id} holds rows of somebody who has withdrawn consent"
                " since and cannot be published again"
            ),
            remedy=f"make it anew with `{remake_command(is_imported=found[0].is_imported)}`",
        )
    point_readers_at(found[0].path, settings)
    return replace(found[0], is_current=True)
