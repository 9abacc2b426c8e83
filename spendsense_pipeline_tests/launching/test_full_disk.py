"""A disk that fills up while a started run is at work: the page says so, not that it is starting."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from spendsense_pipeline_tests.fixtures.refreshed_directory import ASKED
from spendsense_pipeline_tests.fixtures.small_disk import filler, on_small_disk

# Starts a run, follows it to its end as a page would, and prints what that shows.
FOLLOWER = """
import json, sys, time
from spendsense_pipeline.launching.books import Books
from spendsense_pipeline.launching.preparing import RunRequest
from spendsense_pipeline.launching.starting import start
from spendsense_pipeline.settings import Settings

settings = Settings.from_environment()
asked = RunRequest(config=json.loads(sys.argv[1]), operator="ann", force=True)
run_id = start(settings, asked)
with Books(settings) as books:
    while (run := books.follow(run_id)).is_active:
        time.sleep(0.2)
print(run.status)
print(*(problem.sentence for problem in run.problems), sep="\\n")
"""


@pytest.mark.long
@pytest.mark.parametrize("kilobytes", [20, 2_000], ids="{} kB in".format)
def test_a_disk_that_fills_up_is_what_the_run_is_said_to_have_met(
    tmp_path: Path, kilobytes: int
) -> None:
    done = on_small_disk(
        tmp_path,
        "60m",
        ["mkdir", "-p", tmp_path / "data" / "warehouse"],
        filler(tmp_path, "data/warehouse", kilobytes),
        [sys.executable, "-c", FOLLOWER, json.dumps(ASKED)],
        SPENDSENSE_DATA_DIR=str(tmp_path / "data"),
    )
    assert done.returncode == 0, done.stderr
    status, *problems = done.stdout.splitlines()
    assert status == "failed"
    assert problems
    assert all("is too full" in problem for problem in problems), problems
