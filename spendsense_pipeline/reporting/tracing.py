"""A stored decision trace as records: first for the person it is about, then for an auditor.

What a trace says is written by `traces/` and fixed by its schema; nothing is judged or worded anew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from spendsense_pipeline.personas.criteria import OPERATORS
from spendsense_pipeline.personas.rule_text import amount_text
from spendsense_pipeline.personas.rules import PERSONAS, all_criteria, persona_title
from spendsense_pipeline.reporting.consent import consent_now
from spendsense_pipeline.reporting.person import read_trace

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

EvidenceKind = Literal["transactions", "streams", "accounts", "reference"]
# Of a general decision: what it says of the rule that comes nearest, all evidence proves.
_OF_ALL_EVIDENCE: Final = "CLOSEST_RULE"
_SPEND: Final = "total_spend_usd"


@dataclass(frozen=True)
class Evidence:
    """What a figure of the decision rests on.

    Attributes:
        feature: the figure.
        value: what it came to, unrounded.
        computed_as: how the value follows.
        days: of the window that history covers.
        kind: what `ids` are ids of; `reference` where there are too many rows to name.
        ids: of the rows; the accounts of a reference.
        rows: which posted rows a reference counts: `all`, `spend`, …; None of ids.
        after: the day before a reference's first.
        through: its last day.
        opening_usd: balance at the close of `after`.
        row_count: how many rows it counts.
        sum_usd: what these move; positive is money out.
    """

    feature: str
    value: Any
    computed_as: str
    days: int | None
    kind: EvidenceKind
    ids: tuple[str, ...]
    rows: str | None = None
    after: dt.date | None = None
    through: dt.date | None = None
    opening_usd: float | None = None
    row_count: int | None = None
    sum_usd: float | None = None


@dataclass(frozen=True)
class Reason:
    """A sentence of the decision, and what it rests on; nothing where it is about the whole."""

    code: str
    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Predicate:
    """A comparison of a rule with the person's own figure."""

    feature: str
    label: str
    symbol: str
    threshold: float | bool
    threshold_text: str
    value: float | bool | None
    unit: str
    is_met: bool
    distance: float | None
    margin: float | None
    data_sufficiency: str


@dataclass(frozen=True)
class JudgedPersona:
    """A rule held against the person.

    Attributes:
        priority: its place in the rule book, from 1.
        key: of the persona.
        title: its name.
        is_matched: whether its tree holds.
        tree: the tree in words.
        predicates: its comparisons.
    """

    priority: int
    key: str
    title: str
    is_matched: bool
    tree: str
    predicates: tuple[Predicate, ...]


@dataclass(frozen=True)
class Traced:
    """A decision explained.

    Attributes:
        trace_id: content hash of the trace.
        user_id: whose.
        window_days: the window judged.
        as_of: its last day.
        primary: key of the persona.
        title: its name.
        plain: what we call it when speaking to the person.
        severity: between 0 and 1.
        explanation: the decision in a paragraph.
        reasons: what decided it, the strongest first.
        would_change: what would have to be otherwise.
        secondary: the next match; None without one.
        matched: every rule that holds, by priority.
        target: what the person was made to be; None where nobody asked.
        runner_up: the unmatched persona nearest to matching.
        decided_by: the step of the rule book that decided.
        personas: every rule held against the person.
        evidence: everything the decision rests on.
        versions: of rules, code, configuration and dataset.
    """

    trace_id: str
    user_id: str
    window_days: int
    as_of: dt.date
    primary: str
    title: str
    plain: str
    severity: float
    explanation: str
    reasons: tuple[Reason, ...]
    would_change: str
    secondary: str | None
    matched: tuple[str, ...]
    target: str | None
    runner_up: str | None
    decided_by: str
    personas: tuple[JudgedPersona, ...]
    evidence: tuple[Evidence, ...]
    versions: tuple[tuple[str, str], ...]


def traced(
    published: DatasetReader, settings: Settings, user_id: str, window_days: int
) -> Traced | None:
    """A decision explained; None where nothing is shown without consent.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        user_id: the person.
        window_days: the window.

    Raises:
        SpendSenseError: nobody has that id.
    """
    if consent_now(published, settings, user_id).withheld:
        return None
    return trace_record(read_trace(published, user_id, window_days))


def trace_record(content: dict[str, Any]) -> Traced:
    """A trace as records.

    Args:
        content: as stored in `decision_traces`.
    """
    decision = content["decision"]
    evidence = tuple(_evidence(each) for each in content["evidence"])
    plain = {persona.key: persona.plain for persona in PERSONAS}
    return Traced(
        trace_id=content["trace_id"],
        user_id=content["user_id"],
        window_days=content["window_days"],
        as_of=dt.date.fromisoformat(content["as_of"]),
        primary=decision["primary"],
        title=persona_title(decision["primary"]),
        plain=plain.get(decision["primary"], decision["primary"]),
        severity=decision["severity"],
        explanation=content["explanation"],
        reasons=tuple(
            Reason(each["code"], each["text"], _proving(each["code"], evidence))
            for each in content["reasons"]
        ),
        would_change=change_in_words(content["counterfactual"]),
        secondary=decision["secondary"],
        matched=tuple(decision["matched"]),
        target=decision["target"],
        runner_up=decision["runner_up"],
        decided_by=decision["decided_by"],
        personas=tuple(
            _judged(priority, persona) for priority, persona in enumerate(content["personas"], 1)
        ),
        evidence=evidence,
        versions=tuple((name, str(value)) for name, value in content["versions"].items()),
    )


def change_in_words(counterfactual: dict[str, Any]) -> str:
    """What would change a decision, in a sentence.

    Args:
        counterfactual: that of the trace.
    """
    text = str(counterfactual["text"])
    needed = counterfactual["changes_needed"]
    if counterfactual["found"] or needed is None:
        return text
    return f"no one thing, but {needed} together: {text.partition('changes: ')[2]}"


def _judged(priority: int, persona: dict[str, Any]) -> JudgedPersona:
    predicates = tuple(_predicate(each) for each in persona["predicates"])
    return JudgedPersona(
        priority,
        persona["key"],
        persona_title(persona["key"]),
        persona["matched"],
        _tree_in_words(persona["tree"], predicates),
        predicates,
    )


def _predicate(predicate: dict[str, Any]) -> Predicate:
    [symbol] = [each.symbol for each in OPERATORS if each.sql == predicate["operator"]]
    threshold = predicate["threshold"]
    return Predicate(
        feature=predicate["feature"],
        label=predicate["label"],
        symbol=symbol,
        threshold=threshold,
        threshold_text=("yes" if threshold else "no")
        if isinstance(threshold, bool)
        else amount_text(threshold, predicate["unit"]),
        value=predicate["value"],
        unit=predicate["unit"],
        is_met=predicate["passed"],
        distance=predicate["distance"],
        margin=predicate["margin"],
        data_sufficiency=predicate["data_sufficiency"],
    )


def _tree_in_words(tree: Any, predicates: tuple[Predicate, ...], *, is_inside: bool = False) -> str:
    """`a ≥ 1 and (b < 2 or c = yes)`, a node being a place among the predicates or joined nodes."""
    if isinstance(tree, int):
        predicate = predicates[tree]
        return f"{predicate.feature} {predicate.symbol} {predicate.threshold_text}"
    [(joiner, members)] = tree.items()
    word = " and " if joiner == "all_of" else " or "
    text = word.join(_tree_in_words(each, predicates, is_inside=True) for each in members)
    return f"({text})" if is_inside and len(members) > 1 else text


def _evidence(entry: dict[str, Any]) -> Evidence:
    about = (entry["feature"], entry["value"], entry["computed_as"], entry["days"])
    reference = entry.get("reference")
    if reference is None:
        return Evidence(*about, kind=entry["kind"], ids=tuple(entry["ids"]))
    window = reference["window"]
    return Evidence(
        *about,
        kind="reference",
        ids=tuple(reference["account"]),
        rows=reference["rows"],
        after=dt.date.fromisoformat(window["after"]),
        through=dt.date.fromisoformat(window["through"]),
        opening_usd=reference["opening"],
        row_count=reference["row_count"],
        sum_usd=reference["sum"],
    )


def _proving(code: str, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """What a reason rests on: its criterion's feature, and the spend where it is a ratio to it."""
    if code == _OF_ALL_EVIDENCE:
        return evidence
    features = set()
    for _, criterion in all_criteria():
        if criterion.reason.code == code:
            features |= {criterion.feature}
            features |= {_SPEND} if criterion.proof.divides_by_spend else set()
    return tuple(each for each in evidence if each.feature in features)
