"""`python -m benchmarks`: every size in a process of its own, repetitions interleaved."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.commands import Commands
from benchmarks.ratios import Typed, exceeded, exceeded_by_commands, medians
from benchmarks.report import page

CHECKOUT = Path(__file__).resolve().parents[1]
SIZES = (100, 1_000, 10_000)
LARGE_SIZES = (100, 1_000, 10_000, 100_000)
# A size this large is long enough for its own ups and downs to even out.
_LARGE = 10_000


def measured(users: int, module: str = "benchmarks.measure") -> dict[str, Any]:
    """One size, once, in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-m", module, str(users)],
        cwd=CHECKOUT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def main() -> int:
    """Measure, write the page, and with `--check` hold the ratios to their bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="go up to 100,000 people")
    parser.add_argument("--users", type=int, nargs="+", help="these sizes instead")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument(
        "--check", action="store_true", help="exit 1 when a ratio is over its bound"
    )
    parser.add_argument("--no-commands", action="store_true", help="leave the commands out")
    parser.add_argument(
        "--output", type=Path, default=CHECKOUT / "docs" / "performance.md", help="the page"
    )
    chosen = parser.parse_args()
    users = chosen.users or (LARGE_SIZES if chosen.large else SIZES)
    runs: dict[int, list[dict[str, Any]]] = {number: [] for number in users}
    for repetition in range(chosen.repetitions):
        for number in users:
            if number >= _LARGE and repetition >= max(1, chosen.repetitions // 3):
                continue
            print(f"{number:,} people, repetition {repetition + 1} …", flush=True)
            runs[number].append(measured(number))
    sizes = [medians(runs[number]) for number in sorted(runs)]
    print("A process per core …", flush=True)
    shared = [measured(number, "benchmarks.every_core") for number in users if number >= _LARGE]
    typed = None
    if not chosen.no_commands:
        print("The commands …", flush=True)
        typed = _typed(users, chosen.repetitions)
    text = page(sizes, shared, typed)
    chosen.output.write_text(text, encoding="utf-8")
    print(text)
    problems = exceeded(sizes) + (exceeded_by_commands(typed) if typed else [])
    print("\n".join(problems) or "Every ratio is within its bound.")
    return int(chosen.check and bool(problems))


def _typed(users: Sequence[int], repetitions: int) -> Typed:
    """Commands by turns; of each, the run with the middle ratio or CPU time."""
    dagster, alone = [], []
    refreshes: dict[int, list[dict[str, float]]] = {number: [] for number in users}
    with tempfile.TemporaryDirectory() as folder:
        commands = Commands(Path(folder))
        for repetition in range(repetitions):
            dagster.append((commands.nothing(), commands.pipeline()))
            alone.append((commands.imports(), commands.library()))
            for number in users:
                if number < _LARGE or not repetition:
                    refreshes[number].append(commands.refresh(number))
    nothing, pipeline = _middle(dagster)
    imports, library = _middle(alone)
    middle = {
        number: sorted(runs, key=lambda run: run["cpu"])[len(runs) // 2]
        for number, runs in refreshes.items()
    }
    return Typed(nothing, pipeline, imports, library, middle)


def _middle(
    pairs: list[tuple[dict[str, float], dict[str, float]]],
) -> tuple[dict[str, float], dict[str, float]]:
    return sorted(pairs, key=lambda pair: pair[1]["cpu"] / pair[0]["cpu"])[len(pairs) // 2]


if __name__ == "__main__":
    sys.exit(main())
