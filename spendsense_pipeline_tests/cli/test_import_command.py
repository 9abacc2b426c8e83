"""`spendsense import` from end to end: an export of one machine, brought in on another, published there."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline_tests.fixtures.command import run

_REASONING = ("personas", "reasons", "explanation", "counterfactual")
_FEATURES = (
    "subscription_count",
    "max_utilization",
    "median_pay_gap_days",
    "total_spend_usd",
    "balance_volatility",
    "savings_growth_rate",
)


def _judged(data_dir: Path) -> list[tuple[object, ...]]:
    """Features, persona and the whole reasoning of everybody, without what names the dataset."""
    features = ", ".join(f"measured.{name}" for name in _FEATURES)
    with duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True) as con:
        rows = con.execute(
            "select judged.user_id, judged.primary_persona, judged.matched_personas, "
            f"judged.severity, told.trace, {features} from persona_assignments as judged "
            "join decision_traces as told using (user_id, window_days) "
            "join features_30d as measured using (user_id, window_days) order by 1"
        ).fetchall()
    found = []
    for *judged, text in [(*row[:4], *row[5:], row[4]) for row in rows]:
        trace = json.loads(str(text))
        found.append((*judged, {key: trace[key] for key in _REASONING}))
    return found


def test_an_export_imported_elsewhere_is_judged_the_same(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("export", tmp_path / "out", "--format", "parquet").code == 0
    expected = _judged(published)
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(elsewhere))
    answer = run("import", tmp_path / "out", "--yes")
    assert answer.code == 0, answer.err
    assert "imported data" in answer.out
    assert _judged(elsewhere) == expected
    assert run("summary", "--json").json["control_fidelity"] == []
    assert run("user", expected[0][0]).code == 0


def test_no_run_validates_and_runs_nothing(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in {
        "users": "user_id,consent_status\na,granted\n",
        "accounts": "account_id,user_id,type,subtype,balance_current\nx,a,depository,checking,1\n",
        "transactions": "transaction_id,account_id,date,amount,name\n1,x,2026-01-05,5,Shop\n",
    }.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    answer = run("import", folder, "--as-of", "2026-06-30", "--no-run", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["rows"]["raw_transactions"] == 1
    assert "have no category" in answer.err
    assert not (data_dir / "spendsense.duckdb").exists()
    assert not (data_dir / "warehouse").exists()
