"""Several writers at once lose nothing, and a writer killed at any instant leaves a whole log."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from spendsense_pipeline.review.entries import parse_line
from spendsense_pipeline.review.log import read
from spendsense_pipeline_tests.fixtures.reviews import a_request, item_id, said
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in

CHECKOUT = Path(__file__).resolve().parents[2]
CONTESTED = 20

# Says `count` things of items of its own, one after the other, and now and then tries for an item
# that the other wants as well; prints what it said of those. Neither goes on alone: after the first
# of them each waits until the other has begun too.
WRITER = """
import sys
import time
from pathlib import Path
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline_tests.fixtures.reviews import a_request, said
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in

folder, name, first, count, contested = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
settings = settings_in(Path(folder))
print("ready", flush=True)
sys.stdin.readline()
for n in range(count):
    said(settings, a_request("flag", first + n, operator=name, reason=name * (1 + n % 50)))
    if n % (count // contested) == 0:
        try:
            said(settings, a_request("approve", 900_000 + n, operator=name))
            print(n)
        except SpendSenseError as error:
            assert "is approved by" in str(error), error
    while n == 0 and settings.reviews_path.read_text().count('"reason": "') < 2:
        time.sleep(0.001)
"""


@pytest.mark.parametrize(
    "actions", [40, pytest.param(200, marks=pytest.mark.long)], ids="{} each".format
)
def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path, actions: int) -> None:
    writers = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", WRITER, tmp_path, name),
                *map(str, (first, actions, CONTESTED)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        )
        for name, first in (("ann", 0), ("bob", 10_000))
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    won = [writer.communicate()[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    settings = settings_in(tmp_path)
    content = settings.reviews_path.read_bytes()
    assert content.endswith(b"\n")
    entries = [parse_line(line)[0] for line in content.splitlines()]
    assert tuple(entries) == read(settings)
    for name, first in (("ann", 0), ("bob", 10_000)):
        own = [e for e in entries if e.operator == name and e.to_state == "flagged"]
        assert [e.recommendation_id for e in own] == [item_id(first + n) for n in range(actions)]
        assert [e.reason for e in own] == [name * (1 + n % 50) for n in range(actions)]
    # Of what both wanted, each was said once, by the one who was told so.
    approvals = Counter(e.recommendation_id for e in entries if e.to_state == "approved")
    assert len(approvals) == CONTESTED
    assert set(approvals.values()) == {1}
    assert sorted(int(n) for each in won for n in each) == [
        *range(0, actions, actions // CONTESTED)
    ]
    operators = [e.operator for e in entries]
    last = {name: len(operators) - operators[::-1].index(name) for name in ("ann", "bob")}
    assert operators.index("ann") < last["bob"], "they wrote at the same time"
    assert operators.index("bob") < last["ann"], "they wrote at the same time"


# For every line "seed" forks a writer that says things, several at once, until it is killed, and
# prints the name of each statement once it is acknowledged.
NURSERY = """
import os, random, sys
from pathlib import Path
from spendsense_pipeline_tests.fixtures.reviews import a_request, said
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in

settings = settings_in(Path(sys.argv[1]))
said(settings, a_request("flag", 999_999))  # whatever is imported late
for line in sys.stdin:
    seed = int(line)
    pid = os.fork()
    if pid == 0:
        rng = random.Random(seed)
        for n in range(100_000):
            size, name = rng.choice([1, 1, 2, 40]), f"s{seed}x{n}"
            first = seed * 1_000_000 + n * 100
            text = "word " * rng.choice([1, 20, 200])
            asked = [a_request("edit", first + i, operator=f"{name}x{size}", text=text) for i in range(size)]
            said(settings, *asked)
            print(f"{name}x{size}", flush=True)
        os._exit(0)
    print("started", pid, flush=True)
    _, status = os.waitpid(pid, 0)
    print("ended", status, flush=True)
"""


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    yield process
    process.communicate()


@pytest.mark.parametrize(
    "kills", [2, pytest.param(20, marks=pytest.mark.crash)], ids="{} kills".format
)
def test_a_killed_writer_leaves_whole_lines_and_all_it_acknowledged(
    tmp_path: Path, nursery: subprocess.Popen[str], kills: int
) -> None:
    settings = settings_in(tmp_path)
    rng = random.Random(20260701)
    acknowledged: list[str] = []
    for seed in range(kills):
        acknowledged += _killed(nursery, seed, after_statements=rng.randrange(1, 12), rng=rng)
        entries = read(settings)
        sizes = Counter(entry.operator for entry in entries)
        for operator in acknowledged:
            assert operator in sizes, "what was acknowledged is there"
        for operator, size in sizes.items():
            if operator != "ann":
                assert size == int(operator.rpartition("x")[2]), "and what is there is all of it"
        [more] = said(settings, a_request("flag", 990_000 + seed))
        content = settings.reviews_path.read_bytes()
        assert [parse_line(line)[0] for line in content.splitlines()] == [*entries, more]


def _killed(
    nursery: subprocess.Popen[str], seed: int, *, after_statements: int, rng: random.Random
) -> list[str]:
    """Start a writer, kill it a little after so many statements; all that it acknowledged."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{seed}\n")
    nursery.stdin.flush()
    acknowledged: list[str] = []
    pid = None
    while pid is None or len(acknowledged) < after_statements:
        line = nursery.stdout.readline().split()
        assert line, "the nursery has died"
        if line[0] == "started":
            pid = int(line[1])
        else:
            acknowledged += line
    time.sleep(rng.uniform(0, 0.01))
    os.kill(pid, signal.SIGKILL)
    while True:
        line = nursery.stdout.readline().split()
        if line[0] == "ended":
            assert line[1] == str(int(signal.SIGKILL))
            return acknowledged
        acknowledged += line
