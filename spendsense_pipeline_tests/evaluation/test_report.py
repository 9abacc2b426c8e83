"""The evaluation as people read it: nothing that misses is hidden, and it leaves with exports."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.defs.pictures import fairness_intervals
from spendsense_pipeline.evaluation.metrics import METRICS
from spendsense_pipeline.publishing.exports import export_dataset
from spendsense_pipeline.reporting.evaluation import (
    Evaluation,
    Subject,
    as_markdown,
    evaluation_of,
)
from spendsense_pipeline.tables.evaluation import EVALUATION
from spendsense_pipeline.tables.runs import RUN_FIGURES
from spendsense_pipeline_tests.fixtures.exportable_dataset import TABLES, a_dataset
from spendsense_pipeline_tests.fixtures.rows import Row, insert

SUBJECT = Subject("d" * 16, "2026-06-30", False, 100, 90)


def a_row(metric: str = "coverage", segment: str = "30 days", **changes: Any) -> Row:
    return {
        "metric": metric,
        "segment": segment,
        "value": 0.8,
        "numerator": 72,
        "denominator": 90,
        "lower": 0.706,
        "upper": 0.869,
        "target": ">= 0.7",
        "passed": True,
        "formula": "covered / all",
        "note": None,
    } | changes


UNFAIR = a_row(
    "fairness", "offers, region=Dallas, TX, 30 days",
    value=-0.31, lower=-0.4, upper=-0.2, passed=False,
)  # fmt: skip
TOO_FEW = {"passed": None, "note": "not judged: fewer than 10 people"}
ROWS = [
    a_row(),
    a_row(segment="180 days"),
    a_row("explainability", value=0.8, numerator=576, denominator=720, lower=None, upper=None,
          target=">= 1", passed=False),
    a_row("guardrail_recall", "a digit is changed", value=1.0, numerator=3, denominator=3),
    a_row("life_event.days_to_notice", "any, 30 days", value=31.0, numerator=None, lower=7.0,
          upper=77.0, target="<= 92 days"),
    a_row("life_event.noticed_share", "raise, 30 days", **TOO_FEW),
    UNFAIR,
    a_row("fairness", "offers, gender=female, 30 days", value=0.02, lower=-0.1, upper=0.1),
    a_row("fairness", "offers, gender=nonbinary, 30 days", value=0.9, **TOO_FEW),
]  # fmt: skip


def test_a_line_says_how_many_meet_their_target_and_which_miss() -> None:
    evaluation = evaluation_of(ROWS)
    assert evaluation.sentence() == (
        "5 of 7 figures meet their target (2 more rest on too few cases); missed: explainability "
        "(30 days); fairness (offers, region=Dallas, TX, 30 days)."
    )
    assert evaluation_of([a_row()]).sentence() == "1 of 1 figures meet their target."
    assert Evaluation(()).sentence() == "0 of 0 figures meet their target."


def test_the_report_shows_every_figure_or_says_what_it_leaves_out() -> None:
    report = as_markdown(evaluation_of(ROWS), SUBJECT)
    lines = report.splitlines()
    assert "| Explainability | 30 days | 80.0 % | – | 576 of 720 | >= 1 | **no** |" in lines
    assert "| Coverage | 30 days | 80.0 % | 70.6 % to 86.9 % | 72 of 90 | >= 0.7 | yes |" in lines
    coverages = [line for line in lines if line.startswith("| Coverage |")]
    assert [line.split(" | ")[1] for line in coverages] == ["30 days", "180 days"]
    assert (
        "| offers | 30 days | 2 of 3 | region=Dallas, TX: -31.0 | -40.0 to -20.0 |"
        " region=Dallas, TX |" in lines
    )
    assert "1 of 1 kinds were stopped." in report
    slipped = a_row(
        "guardrail_recall", "a title", value=0.5, numerator=1, denominator=2, passed=False
    )
    slips = as_markdown(evaluation_of([*ROWS, slipped]), SUBJECT)
    assert "1 of 2 kinds were stopped; these were not, or not all:" in slips
    assert "| a title | 2 | 1 |" in slips.splitlines()
    assert (
        "| Days until an event is noticed | any, 30 days | 31 days | 7 days to 77 days |" in report
    )
    assert "raise" not in report
    assert "Kinds with too few cases are left out" in report
    assert evaluation_of(ROWS).sentence() in report


def test_the_report_says_what_it_does_not_show() -> None:
    made = as_markdown(evaluation_of(ROWS), SUBJECT)
    brought = as_markdown(evaluation_of([a_row()]), dataclasses.replace(SUBJECT, is_imported=True))
    assert "educational content, not financial advice" in made
    assert "The people are synthetic" in made
    assert "synthetic" not in brought
    assert "nothing is known of what truly happened" in brought
    assert "## Life events" not in brought
    for metric in METRICS:
        assert metric.meaning.endswith(".")
    # Two pages: some forty lines of sixty characters each.
    assert len(made) < 2 * 40 * 80


def test_what_a_clock_measured_stands_apart() -> None:
    clock = [
        {"metric": "advice_latency", "segment": "recommendations", "value": 0.0241, "unit": "s"},
        {"metric": "review_turnaround", "segment": "offer", "value": 12.25, "unit": "h"},
        {"metric": "stage_seconds", "segment": "generate", "value": 7.0, "unit": "s"},
    ]
    report = as_markdown(evaluation_of(ROWS), SUBJECT, clock)
    assert "| recommendations | 0.0241 s |" in report
    assert "| offer | 12.2 h |" in report
    assert "generate" not in report


@pytest.mark.parametrize("format_", ["csv", "json", "parquet", "sqlite"])
def test_it_leaves_with_exports_that_people_read(format_: str, tmp_path: Path) -> None:
    path = a_dataset(tmp_path / "spendsense.duckdb")
    with duckdb.connect(str(path)) as con:
        con.execute(EVALUATION.create_sql())
        insert(con, EVALUATION, ROWS)
        export_dataset(con, (*TABLES, EVALUATION, RUN_FIGURES), tmp_path / "out", format_)
    if format_ == "sqlite":
        assert not (tmp_path / "out" / "evaluation.md").exists()
        return
    rows = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert rows == ROWS
    with (tmp_path / "out" / "evaluation.csv").open(newline="") as file:
        assert [row["segment"] for row in csv.DictReader(file)] == [row["segment"] for row in ROWS]
    report = (tmp_path / "out" / "evaluation.md").read_text()
    assert (
        report
        == as_markdown(evaluation_of(ROWS), dataclasses.replace(SUBJECT, people=3, consenting=2))
        + "\n"
    )


def test_intervals_are_drawn_whatever_a_group_is_called() -> None:
    with duckdb.connect() as con:
        con.execute(EVALUATION.create_sql())
        assert "data:image/png" in str(fairness_intervals(con).value)
        insert(con, EVALUATION, ROWS)
        assert "30 days (round)" in str(fairness_intervals(con).value)
