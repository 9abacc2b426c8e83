"""Who makes the shards: this process, a pool of processes, or a Dask cluster.

The work is the same function everywhere; an engine only decides where it is called. Why Dask:
docs/decisions/0010.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TypeVar

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.settings import SHARD_ENGINES

Task = TypeVar("Task")
Result = TypeVar("Result")

ENGINES = ("local", *SHARD_ENGINES)
# Ten seconds of one core and two thirds of a gigabyte: larger shards take more memory for nothing,
# smaller ones pay more often for what every shard begins with.
SHARD_USERS = 5_000
# Dask moves a lost worker's shards to another by itself; this is for one that fails.
_RETRIES = 1


@dataclass(frozen=True)
class Engine:
    """Where shards are made.

    Attributes:
        kind: one of `ENGINES`.
        workers: how many at once; 0 stands for as many as this machine has cores.
        address: of a running Dask scheduler ("tcp://host:8786"); empty starts a cluster here.

    Raises:
        SpendSenseError: when there is no such engine, or it has no address.
    """

    kind: str = "local"
    workers: int = 0
    address: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ENGINES:
            raise SpendSenseError(
                problem=f"there is no engine {self.kind!r}",
                remedy=f"choose one of {', '.join(ENGINES)}",
            )
        if self.address and self.kind != "dask":
            raise SpendSenseError(
                problem=f"the engine {self.kind} has no address",
                remedy="choose dask, or leave the address empty",
            )

    def run(self, make: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """Make something of every task.

        Args:
            make: a function of a module, which another process can import.
            tasks: its arguments, picklable.

        Yields:
            The results, in whatever order they are done.

        Raises:
            SpendSenseError: when the engine cannot be used.
            Exception: whatever making one raised; the others may have been made.
        """
        if self.kind == "dask":
            return _on_dask(make, tasks, self.workers or _cores(), self.address)
        if self.kind == "processes":
            return _in_processes(make, tasks, self.workers or _cores())
        return map(make, tasks)


def _cores() -> int:
    return os.cpu_count() or 1


def _in_processes(
    make: Callable[[Task], Result], tasks: Sequence[Task], workers: int
) -> Iterator[Result]:
    # Spawned: a forked child would inherit DuckDB's and Arrow's threads as locks nobody releases.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, max(1, len(tasks))), mp_context=context) as pool:
        for done in as_completed([pool.submit(make, task) for task in tasks]):
            yield done.result()


def _on_dask(
    make: Callable[[Task], Result], tasks: Sequence[Task], workers: int, address: str
) -> Iterator[Result]:
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise SpendSenseError(
            problem="the engine dask needs Dask", remedy="pip install 'spendsense-pipeline[scale]'"
        ) from error
    if not address:
        with (
            distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            yield from _mapped(client, make, tasks)
        return
    try:
        client = distributed.Client(address)
    except OSError as error:
        raise SpendSenseError(
            problem=f"no Dask scheduler answers at {address}",
            remedy="start one with `dask scheduler`",
        ) from error
    with client:
        yield from _mapped(client, make, tasks)


def _mapped(
    client: object, make: Callable[[Task], Result], tasks: Sequence[Task]
) -> Iterator[Result]:
    import distributed

    # Not pure: the result is files; a key from the arguments would skip a shard removed since.
    futures = client.map(make, tasks, pure=False, retries=_RETRIES)  # type: ignore[attr-defined]
    for done in distributed.as_completed(futures):
        yield done.result()
