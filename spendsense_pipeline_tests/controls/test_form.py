"""A form is made from the declarations alone: nothing that can be set is missing from it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import Field

from spendsense_pipeline.controls import OperatorControls, documented
from spendsense_pipeline.controls.field_types import FieldType, Number
from spendsense_pipeline.controls.form import FormField, form_fields, shape_of
from spendsense_pipeline.controls.groups import Begins, groups_of
from spendsense_pipeline.controls.model import OperatorModel
from spendsense_pipeline.personas.rules import PERSONA_KEYS, RULE_BOOK
from spendsense_pipeline.settings import MAX_USERS_VARIABLE


def _field(name: str) -> FormField:
    return next(field for field in form_fields() if field.name == name)


def test_every_value_that_can_be_set_is_in_the_form_once() -> None:
    assert [(field.section, field.name) for field in form_fields()] == [
        (entry.section, entry.name) for entry in documented()
    ]
    assert all(field.description and field.bounds for field in form_fields())


@pytest.mark.parametrize(
    ("name", "kind", "group"),
    [
        ("seed", "whole", "The data set"),
        ("generation_timestamp", "day", "The data set"),
        ("target_personas", "personas", "Personas"),
        ("persona_weights", "persona_shares", "Personas"),
        ("min_payment_only_probability", "share", "Cards"),
        ("irregular_income_volatility", "number", "Pay"),
        ("subscription_count_max", "whole", "Subscriptions"),
        ("savings_transfer_range", "range", "Savings"),
        ("category_spending_ratios", "shares", "Merchants"),
        ("custom_merchants", "merchants", "Merchants"),
        ("amount_distribution", "choice", "Amounts, seasons, places"),
        ("content_catalog", "catalogue", "Advice"),
        ("subscription_heavy_subscription_count", "whole", "Subscription-Heavy"),
        ("min_coverage", "share", "What the checks demand"),
    ],
)
def test_each_kind_and_group(name: str, kind: str, group: str) -> None:
    field = _field(name)
    assert (field.kind, field.group) == (kind, group)


def test_the_fields_of_a_group_stand_together() -> None:
    order = [(field.section, field.group) for field in form_fields()]
    assert len(dict.fromkeys(order)) == 1 + sum(
        before != after for before, after in itertools.pairwise(order)
    )
    thresholds = {field.group for field in form_fields() if field.section == "thresholds"}
    assert thresholds <= {rule.title for rule in RULE_BOOK}


def test_bounds_steps_and_options_are_those_of_the_field_type() -> None:
    spend = _field("subscription_monthly_spend_range").shape
    assert (spend.minimum, spend.maximum, spend.step) == (1, 1_000, 10)
    assert _field("consent_rate").shape.step == 0.01
    assert _field("transaction_multiplier").shape.step == 0.05
    assert _field("persona_weights").shape.options == PERSONA_KEYS
    assert _field("review_policy").shape.options == ("required", "automatic")
    assert _field("region_distribution").default == OperatorControls().region_distribution
    assert _field("seasonality").is_scale
    assert not _field("consent_rate").is_scale


def test_a_bound_that_is_the_deployments_is_read_when_the_form_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(MAX_USERS_VARIABLE, "5000")
    assert _field("num_users").shape.maximum == 5_000


def test_a_field_type_without_a_kind_is_a_fault() -> None:
    @dataclass(frozen=True)
    class Colour(FieldType):
        unit: str | None = None

    @dataclass(frozen=True)
    class Angle(Number):
        """One that looks like another is none of it."""

    for unknown in (Colour(), Angle(0, 1)):
        with pytest.raises(TypeError, match=r"a form does not know .*: give it a kind"):
            shape_of(unknown)


def test_a_new_control_belongs_where_it_is_declared() -> None:
    class Section(OperatorModel):
        first: Annotated[float, Number(0, 1)] = Field(0.5)
        second: Annotated[float, Number(0, 1), Begins("Later")] = Field(0.5)
        new: Annotated[float, Number(0, 1)] = Field(0.5)

    assert groups_of(Section, "At first") == {
        "first": "At first",
        "second": "Later",
        "new": "Later",
    }
