"""A persona is one declaration: a seventh, declared in a test alone, is everywhere personas are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", "spendsense_pipeline_tests.personas.seventh_persona"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def test_it_can_be_asked_for(facts: dict[str, Any]) -> None:
    assert facts["targets"][-2:] == ["cushioned", "general"]
    assert facts["focus"] == ["cushioned"]
    assert facts["balanced"] == len(facts["targets"])
    assert facts["line"] == 500.0


def test_people_who_are_to_live_that_way_are_found_to(facts: dict[str, Any]) -> None:
    assigned = facts["assigned"]
    assert {(target, primary) for target, primary, *_ in assigned} == {
        ("cushioned", "cushioned"),
        ("high_utilization", "high_utilization"),
    }
    assert all(0.01 <= least <= most <= 1 for *_, least, most in assigned)
    assert len({count for _, _, count, *_ in assigned}) == 1


def test_traces_explain_it(facts: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(facts["schema"])
    cushioned = [t for t in facts["traces"] if t["decision"]["primary"] == "cushioned"]
    assert cushioned
    assert facts["replayed"] == [t["decision"]["primary"] for t in facts["traces"]]
    for trace in facts["traces"]:
        validator.validate(trace)
        assert [persona["key"] for persona in trace["personas"]][-1] == "cushioned"
    for trace in cushioned:
        count = len(facts["targets"])
        step = f"priority {count - 1} of {count}: first rule that matches"
        assert trace["decision"]["decided_by"] == step
        assert "Your checking account holds $" in trace["explanation"]
        [entry] = [e for e in trace["evidence"] if e["feature"] == "mean_balance_usd"]
        assert entry["reference"]["row_count"] > 0


def test_checks_and_reports_count_it(facts: dict[str, Any]) -> None:
    assert facts["broken"] == []
    assert ["cushioned"] in facts["compared"]


def test_documentation_describes_it(facts: dict[str, Any]) -> None:
    personas, controls = facts["pages"]["personas"], facts["pages"]["controls"]
    assert ". **Cushioned** (`cushioned`): Checking holds more than it needs." in personas
    assert "`mean_balance_usd` ≥ $500 **and** `monthly_subscription_spend_usd` < $50" in personas
    assert "`WELL_CUSHIONED`" in personas
    assert "`cushioned_mean_balance_usd`" in controls
    assert "### `cushioned_focus`" in controls
