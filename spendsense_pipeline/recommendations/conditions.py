"""Reading a criterion of an item as a catalogue writes it, and telling when it can hold for nobody.

Written as `{feature: max_utilization, at_least: 0.3, full: 0.9}`, with one of the rule book's
operators, or as `{criterion: card_use_high}`: one of the rule book's own, at its threshold.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from spendsense_pipeline.controls.errors import RefusedError, listed, meant, shown
from spendsense_pipeline.personas.criteria import ABOVE, AT_LEAST, BELOW, IS, OPERATORS
from spendsense_pipeline.personas.rules import all_criteria
from spendsense_pipeline.recommendations.catalogue import Condition
from spendsense_pipeline.recommendations.facts import Fact, facts

_BY_NAME: Final = {operator.name: operator for operator in OPERATORS}
_EXAMPLE: Final = "{feature: card_count, at_least: 1}"
# Facts of these units are never negative; the others may be.
_NEVER_NEGATIVE: Final = ("count", "days", "months")
_SIGNED: Final = ("savings_net_inflow_usd", "savings_net_inflow_monthly_usd", "savings_growth_rate")


def read_condition(row: Any) -> Condition:
    """A criterion from its row.

    Raises:
        RefusedError: naming what is wrong with it.
    """
    if not isinstance(row, Mapping):
        raise RefusedError(must="be criteria", value=row, remedy=f"write one as {_EXAMPLE}")
    if "criterion" in row:
        return _of_the_book(row)
    fact = _fact(row)
    named = [name for name in row if name in _BY_NAME]
    strange = [name for name in row if name not in ("feature", "full", *_BY_NAME)]
    if len(named) != 1 or strange:
        found = listed([shown(name) for name in (strange or named)]) or "none"
        raise RefusedError(
            must=f"say of {fact.name} one of {listed(tuple(_BY_NAME))}, and full where it grades",
            found=f"found {found}",
            remedy=f"write it as {_EXAMPLE}",
        )
    operator = _BY_NAME[named[0]]
    threshold = _number(fact, row[named[0]])
    if fact.is_yes_no != (operator is IS):
        raise RefusedError(
            must=f"ask `is` of yes/no facts only; {fact.name} is {fact.unit}",
            value=named[0],
            remedy="use " + ("is" if fact.is_yes_no else "at_least, above or below"),
        )
    full = row.get("full")
    if full is None:
        return Condition(fact.name, operator, threshold)
    graded = _number(fact, full)
    if operator is IS or (graded - threshold) * operator.room <= 0:
        raise RefusedError(
            must=f"have a full value of {fact.name} on the far side of {shown(threshold)}",
            value=full,
            remedy="leave it out or move it",
        )
    return Condition(fact.name, operator, threshold, full=graded)


def contradiction(signals: Sequence[Condition], eligibility: Sequence[Condition]) -> str | None:
    """Why no person could have an item.

    Args:
        signals: of which one must hold.
        eligibility: all of which must.

    Returns:
        The reason in words; None if somebody could have it.
    """
    for condition in eligibility:
        if impossible := _impossible(condition):
            return impossible
    for one, other in itertools.combinations(eligibility, 2):
        if _exclude_each_other(one, other):
            return f"{in_words(one)} and {in_words(other)} cannot both hold"
    reasons = [
        _impossible(signal)
        or next(
            (
                f"{in_words(signal)} and {in_words(other)} cannot both hold"
                for other in eligibility
                if _exclude_each_other(signal, other)
            ),
            None,
        )
        for signal in signals
        if signal.criterion is None
    ]
    if len(reasons) == len(signals) and all(reasons):
        return reasons[0]
    return None


def in_words(condition: Condition) -> str:
    """As a catalogue's reader would say it: `card_count ≥ 1`."""
    fact = facts()[condition.fact]
    if fact.is_yes_no:
        return f"{condition.fact} is {'true' if condition.threshold else 'false'}"
    return f"{condition.fact} {condition.operator.symbol} {shown(condition.threshold)}"


def _of_the_book(row: Mapping[Any, Any]) -> Condition:
    criteria = {criterion.key: criterion for _, criterion in all_criteria()}
    key = row["criterion"]
    if set(row) != {"criterion"} or key not in criteria:
        raise RefusedError(
            must=f"name as a criterion, and nothing beside it, one of {listed(tuple(criteria))}",
            value=dict(row),
            remedy=meant(key, tuple(criteria)),
        )
    criterion = criteria[key]
    # Where the line is drawn is the run's to say; until then it has none.
    return Condition(criterion.feature, criterion.operator, math.nan, criterion=key)


def _fact(row: Mapping[Any, Any]) -> Fact:
    judgeable = {name: fact for name, fact in facts().items() if fact.is_judgeable}
    name = row.get("feature")
    if name not in judgeable:
        raise RefusedError(
            must="read a feature or fact there is",
            value=name,
            remedy=meant(name, tuple(judgeable)),
        )
    return judgeable[name]


def _number(fact: Fact, value: Any) -> float:
    if fact.is_yes_no and isinstance(value, bool):
        return float(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if fact.is_yes_no or not is_number or not math.isfinite(value):
        raise RefusedError(
            must=f"hold {fact.name} against {'true or false' if fact.is_yes_no else 'a number'}",
            value=value,
            remedy="correct it",
        )
    return float(value)


def _impossible(condition: Condition) -> str | None:
    fact = facts()[condition.fact]
    never_negative = fact.name not in _SIGNED and (
        fact.unit in _NEVER_NEGATIVE or fact.unit == "fraction"
    )
    if never_negative and condition.operator is BELOW and condition.threshold <= 0:
        return f"{in_words(condition)} never holds"
    return None


def _exclude_each_other(one: Condition, other: Condition) -> bool:
    """Whether no value satisfies both; thresholds of the rule book are not known yet."""
    if one.fact != other.fact or one.criterion or other.criterion:
        return False
    if one.operator is IS:
        return one.threshold != other.threshold
    lower, upper = (one, other) if other.operator is BELOW else (other, one)
    if upper.operator is not BELOW or lower.operator not in (AT_LEAST, ABOVE):
        return False
    return lower.threshold >= upper.threshold
