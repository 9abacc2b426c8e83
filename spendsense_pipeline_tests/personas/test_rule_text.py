"""The rule book in words: derived from it, exact to the threshold, complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spendsense_pipeline.controls import PersonaThresholds
from spendsense_pipeline.personas.rule_text import amount_text, documentation, markdown
from spendsense_pipeline.personas.rules import PERSONA_KEYS, PERSONAS, RULE_BOOK, all_criteria

CHECKOUT = Path(__file__).resolve().parents[2]


def test_every_criterion_is_documented_once_in_order() -> None:
    assert [row.criterion for row in documentation()] == [c.key for _, c in all_criteria()]
    assert [row.priority for row in documentation()] == sorted(
        row.priority for row in documentation()
    )


def test_documentation_names_the_control_that_sets_each_threshold() -> None:
    fields = {row.threshold_field for row in documentation()} - {None}
    assert fields == set(PersonaThresholds.model_fields)


def test_thresholds_are_shown_as_set() -> None:
    changed = PersonaThresholds(
        high_utilization_max_utilization_share=0.455, subscription_heavy_monthly_spend_usd=1234.5
    )
    shown = {row.criterion: row.threshold for row in documentation(changed)}
    assert shown["card_use_high"] == "45.5%"
    assert shown["subscription_spend"] == "$1,234.50"
    assert "`max_utilization` ≥ 45.5%" in markdown(changed)


def test_a_whole_rule_reads_as_its_tree() -> None:
    lines = markdown().splitlines()
    assert (
        "   Matches when `subscription_count` ≥ 3 **and** "
        "(`monthly_subscription_spend_usd` ≥ $50 **or** `subscription_spend_share` ≥ 10%)."
    ) in lines
    for rule in RULE_BOOK:
        assert any(f"(`{rule.key}`)" in line for line in lines)


def test_general_is_described_too() -> None:
    last = markdown().splitlines()[-1]
    assert last.startswith(f"{len(PERSONAS)}. **General** (`general`): None of the rules matches")


def test_severity_is_said_for_every_criterion() -> None:
    said = {row.criterion: row.severity for row in documentation()}
    assert said["card_use_high"] == "1 at 100%"
    assert said["cash_buffer_thin"] == "1 at 0 months"
    assert said["card_minimum_only"] == "counts 0.5"
    assert said["no_card"] == "counts nothing"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.5, "fraction", "50%"),
        (0.1, "fraction", "10%"),
        (0.123456, "fraction", "12.3456%"),
        (1.0, "months", "1 month"),
        (0.5, "months", "0.5 months"),
        (45.0, "days", "45 days"),
        (50.0, "USD", "$50"),
        (49.99, "USD per month", "$49.99"),
        (0.125, "USD", "$0.125"),
        (3.0, "count", "3"),
        (100000.0, "USD", "$100,000"),
    ],
)
def test_a_threshold_is_never_rounded(value: float, unit: str, said: str) -> None:
    assert amount_text(value, unit) == said


def test_readme_and_operator_guide_name_every_persona_in_order() -> None:
    guide = (CHECKOUT / "docs" / "operator-guide.md").read_text(encoding="utf-8")
    listed = guide[guide.index("in the order the rules are judged") :].split("A person matching")[0]
    assert re.findall(r"`(\w+)`", listed) == list(PERSONA_KEYS)
    readme = " ".join((CHECKOUT / "README.md").read_text(encoding="utf-8").lower().split())
    sentence = readme[readme.index("in order of priority:") :].split(".")[0]
    places = [sentence.index(persona.title.lower()) for persona in PERSONAS]
    assert places == sorted(places)
