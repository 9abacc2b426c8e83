"""The cold command at 100 people, against Dagster starting with a graph of the same size."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOTHING = """
import dagster as dg
ASSETS = {assets}
CHECKS = {checks}
made, before = [], []
for number in range(ASSETS):
    @dg.asset(name=f"asset_{{number}}", deps=list(before))
    def nothing() -> None: ...
    made.append(nothing)
    before = [nothing]
@dg.multi_asset_check(
    specs=[dg.AssetCheckSpec(f"check_{{n}}", asset=f"asset_{{n % ASSETS}}") for n in range(CHECKS)]
)
def no_checks():
    for n in range(CHECKS):
        yield dg.AssetCheckResult(
            check_name=f"check_{{n}}", asset_key=f"asset_{{n % ASSETS}}", passed=True
        )
defs = dg.Definitions(assets=made, asset_checks=[no_checks], executor=dg.in_process_executor)
"""


def pipeline() -> dict[str, float]:
    """The whole pipeline with default controls, from a command that has just been typed."""
    return _command(["-m", "spendsense_pipeline.definitions"])


def nothing(*, assets: int = 13, checks: int = 60) -> dict[str, float]:
    """Assets and checks that do nothing."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "nothing.py"
        program.write_text(NOTHING.format(assets=assets, checks=checks), encoding="utf-8")
        return _command(["-f", str(program)])


def _command(target: list[str]) -> dict[str, float]:
    dagster = Path(sys.executable).with_name("dagster")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        environment = {**os.environ, "SPENDSENSE_DATA_DIR": folder, "DAGSTER_HOME": str(home)}
        (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [dagster, "asset", "materialize", "--select", "*", *target],
            env=environment,
            check=True,
            capture_output=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": time.perf_counter() - wall, "cpu": cpu}
