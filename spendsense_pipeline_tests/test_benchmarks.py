"""The benchmark still runs against the stages as they are, and its ratios are what they say.

No seconds are asserted: they depend on the machine and the hour.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import ratios, report

CHECKOUT = Path(__file__).resolve().parents[1]


A_FILE = {
    "transactions": 1_000,
    "repetitions": 1,
    "floor_bytes": 1,
    "parquet_bytes": 1,
    "bytes": 1,
}


def a_size(users: int, seconds: float, *, wall: float | None = None) -> dict[str, Any]:
    """A measured size whose every stage took this many seconds, and whose floors took one."""
    both = {"cpu": seconds, "wall": seconds if wall is None else wall}
    floors = ("floor: write", "floor: parquet", "floor: read")
    stages = {
        **dict.fromkeys((*ratios.STAGES, "parquet", "floor: uneventful"), both),
        **{floor: {"cpu": 1.0, "wall": 1.0} for floor in floors},
    }
    memory = {"peak_memory_mb": 100.0, "generator_memory_mb": 50.0}
    return {"users": users, "stages": stages, **memory}


def test_a_ratio_is_stages_over_floor_on_the_quieter_clock() -> None:
    reading = next(wanted for wanted in ratios.RATIOS if "traces" in wanted.stages)
    assert ratios.ratio(a_size(1_000, 2.0), reading) == pytest.approx(8.0)
    assert ratios.ratio(a_size(1_000, 2.0, wall=9.0), reading) == pytest.approx(8.0)


def test_a_ratio_over_two_floors_is_over_their_sum() -> None:
    both = next(wanted for wanted in ratios.RATIOS if len(wanted.floors) == 2)
    assert ratios.ratio(a_size(1_000, 2.0), both) == pytest.approx(3.0)


def test_growth_is_per_tenfold_people_and_silent_where_too_small() -> None:
    assert ratios.growth(a_size(100, 0.1), a_size(1_000, 1.0), "traces") == pytest.approx(10.0)
    assert ratios.growth(a_size(100, 0.1), a_size(10_000, 1.0), "traces") == pytest.approx(1.0)
    assert ratios.growth(a_size(100, 0.01), a_size(1_000, 1.0), "traces") is None


def test_what_exceeds_its_bound_is_named() -> None:
    assert ratios.exceeded([a_size(10_000, 1.0)]) == []
    lines = ratios.exceeded([a_size(10_000, 4.5)])
    assert any("Generate costs 4.5 × writing the rows at 10,000 people" in line for line in lines)
    assert not any(line.startswith("Checks") for line in lines)
    steep = ratios.exceeded([a_size(100, 0.1), a_size(1_000, 1.5)])
    assert len(steep) == len(ratios.STAGES)


def test_medians_keep_the_largest_memory_peak() -> None:
    runs = [{**a_size(100, seconds), "peak_memory_mb": 100 * seconds} for seconds in (1, 9, 2)]
    middle = ratios.medians(runs)
    assert middle["stages"]["traces"]["cpu"] == 2
    assert middle["peak_memory_mb"] == 900


def a_command(cpu: float) -> dict[str, float]:
    return {"cpu": cpu, "wall": cpu}


def some_commands(pipeline: float, refreshes: dict[int, float]) -> ratios.Typed:
    once = a_command(1.0)
    return ratios.Typed(
        nothing=a_command(4.0),
        pipeline=a_command(pipeline),
        imports=once,
        library=once,
        refreshes={users: a_command(cpu) for users, cpu in refreshes.items()},
    )


def test_whole_commands_are_held_to_their_bounds() -> None:
    good = some_commands(6.0, {100: 6.0, 1_000: 8.0, 10_000: 40.0})
    assert good.over_dagster == pytest.approx(1.5)
    assert good.growth() == {(100, 1_000): pytest.approx(8 / 6), (1_000, 10_000): pytest.approx(5)}
    assert ratios.exceeded_by_commands(good) == []
    slow = ratios.exceeded_by_commands(some_commands(10.1, {1_000: 8.0, 10_000: 105.0}))
    assert ["2.52 × a Dagster graph" in slow[0], "13.1-fold" in slow[1]] == [True, True]


def test_the_page_says_what_the_commands_take() -> None:
    sizes = [{**a_size(users, 0.1), **A_FILE} for users in (100, 1_000)]
    text = report.page(sizes, [], some_commands(6.0, {100: 6.0, 1_000: 12.0}))
    assert "| 1,000 | 12.0 s | 12.0 | 1.0 | 11.0 |" in text
    assert "1.50 times Dagster's own floor (the aim is 1.5)" in text
    assert "100 to 1,000 people 2.0-fold" in text


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            ["benchmarks", "--users", "100", "--repetitions", "1", "--no-commands"],
            id="bench",
            marks=pytest.mark.long,
        ),
        pytest.param(
            ["benchmarks.realism", "--users", "30", "--seeds", "1"],
            id="realism",
            marks=pytest.mark.long,
        ),
        pytest.param(
            ["benchmarks.local_plaid", "--people", "8", "--rounds", "1"],
            id="local Plaid",
            marks=pytest.mark.long,
        ),
    ],
)
def test_the_page_is_written(command: list[str], tmp_path: Path) -> None:
    output = tmp_path / "page.md"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-m", *command, "--output", str(output)],
        cwd=CHECKOUT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert output.read_text(encoding="utf-8").startswith("<!-- Written by")
