"""The commands people type, started anew each time, beside Dagster starting with a graph of the
same shape and the same stages without Dagster.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import AS_OF

CHECKOUT = Path(__file__).resolve().parents[1]
_FEWEST = 10
NOTHING = """
import dagster as dg
ASSETS, CHECKS, STEPS, TOGETHER = {assets}, {checks}, {steps}, 6
names = [f"asset_{{n}}" for n in range(ASSETS)]
@dg.multi_asset(specs=[dg.AssetSpec(name) for name in names[:TOGETHER]])
def together():
    for name in names[:TOGETHER]:
        yield dg.MaterializeResult(asset_key=name)
made = [together]
for before, name in zip(names[TOGETHER - 1 :], names[TOGETHER:]):
    @dg.asset(name=name, deps=[before])
    def nothing() -> None: ...
    made.append(nothing)
def checking(step, numbers):
    specs = {{n: dg.AssetCheckSpec(f"check_{{n}}", asset=names[step]) for n in numbers}}
    @dg.multi_asset_check(name=f"checks_{{step}}", specs=list(specs.values()))
    def checks():
        for n in numbers:
            yield dg.AssetCheckResult(
                check_name=f"check_{{n}}", asset_key=names[step], passed=True
            )
    return checks
others = STEPS - len(made)
defs = dg.Definitions(
    assets=made,
    asset_checks=[checking(step, range(step, CHECKS, others)) for step in range(others)],
    executor=dg.in_process_executor,
)
"""


def graph() -> dict[str, int]:
    """How many assets, checks and steps the pipeline has."""
    from spendsense_pipeline.definitions import defs

    job = defs.resolve_job_def("demo_refresh")
    return {
        "assets": len(list(job.asset_layer.executable_asset_keys)),
        "checks": len(job.asset_layer.asset_graph.asset_check_keys),
        "steps": len(job.all_node_defs),
    }


class Commands:
    """Programs started anew each time, as a user's are: compiled once, by first runs not counted.

    `folder` keeps the compiled modules; where the machine keeps none, every start compiles Dagster.
    """

    def __init__(self, folder: Path) -> None:
        """Compile what the commands below import."""
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("PYTHONDONTWRITEBYTECODE", "DAGSTER_HOME")
        } | {"PYTHONPYCACHEPREFIX": str(folder)}
        self._graph = graph()
        for run in (self.nothing, self.pipeline, self.imports, self.library):
            run()
        self.refresh(_FEWEST)

    def pipeline(self) -> dict[str, float]:
        """The whole pipeline with default controls, as `make demo` and CI run it."""
        with tempfile.TemporaryDirectory() as folder:
            return self._materialize(
                ["-m", "spendsense_pipeline.definitions"], SPENDSENSE_DATA_DIR=folder
            )

    def refresh(self, users: int) -> dict[str, float]:
        """`spendsense refresh` of so many people into an empty data directory."""
        with tempfile.TemporaryDirectory() as folder:
            program = str(Path(sys.executable).with_name("spendsense"))
            command = [program, "refresh", "--yes", "--users", str(users), "--as-of", str(AS_OF)]
            return self._timed(
                command, SPENDSENSE_DATA_DIR=folder, SPENDSENSE_MAX_USERS=str(max(users, 1000))
            )

    def nothing(self) -> dict[str, float]:
        """As many assets, checks and steps that do nothing, with Dagster's own books."""
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            home.mkdir()
            (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
            program = Path(folder) / "nothing.py"
            program.write_text(NOTHING.format(**self._graph), encoding="utf-8")
            return self._materialize(["-f", str(program)], DAGSTER_HOME=str(home))

    def library(self) -> dict[str, float]:
        """Every stage at 100 people in a process of its own, without Dagster."""
        return self._timed([sys.executable, "-m", "benchmarks.measure", "100", "--stages-alone"])

    def imports(self) -> dict[str, float]:
        """The libraries that the data goes through, imported and nothing else."""
        return self._timed([sys.executable, "-c", "import numpy, pyarrow, duckdb"])

    def _materialize(self, target: list[str], **environment: str) -> dict[str, float]:
        dagster = str(Path(sys.executable).with_name("dagster"))
        return self._timed(
            [dagster, "asset", "materialize", "--select", "*", *target], **environment
        )

    def _timed(self, command: list[str], **environment: str) -> dict[str, float]:
        """Seconds by the clock and of CPU, of the process and those it waited for."""
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            command,
            cwd=CHECKOUT,
            env=self._environment | environment,
            check=True,
            capture_output=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"wall": time.perf_counter() - wall, "cpu": cpu}
