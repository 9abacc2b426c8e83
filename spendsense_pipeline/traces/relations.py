"""The rule book as small temporary tables, for the queries of this package to join.

One row per criterion, persona, turn of a criterion, way to change a match, and proof. Everything a
query says of a rule it reads here; nothing here depends on a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.personas.book import FALLBACK
from spendsense_pipeline.personas.criteria import ABOVE, AT_LEAST, IS, Criterion, PersonaRule, Tree
from spendsense_pipeline.personas.rule_text import amount_text, threshold_text
from spendsense_pipeline.personas.rules import GENERAL, all_criteria
from spendsense_pipeline.traces.counterfactual import value_that_fails, value_that_passes, ways
from spendsense_pipeline.traces.evidence.collect import proofs
from spendsense_pipeline.traces.schema import decisive_steps

if TYPE_CHECKING:
    import duckdb

Rules = tuple[PersonaRule, ...]
Rows = list[dict[str, Any]]

_DIGITS = {
    "fraction": [1, 3, 6],
    "USD": [2, 3, 4],
    "USD per month": [2, 3, 4],
    "days": [1, 3],
    "months": [1, 3, 6],
    "count": [0],
    "yes/no": [0],
}
"""How many decimals of a unit to try, the shortest first."""

_COLUMNS: Mapping[str, str] = {
    "_criteria": """
        criterion varchar, persona varchar, rank integer, feature varchar, label varchar,
        operator varchar, threshold double, threshold_json varchar,
        severity_json varchar, unit varchar, scale double,
        line varchar, takes varchar, figure_at_line double, digits integer[],
        code varchar, ranks_as double""",
    "_personas": """
        persona varchar, priority integer, title varchar, plain varchar, decided_by varchar,
        tree varchar""",
    "_turns": """
        criterion varchar, is_met_then boolean, changed double, opening varchar, clause varchar""",
    "_ways_into": "persona varchar, way integer, criterion varchar",
    "_ways_out": """
        decided varchar, way integer, persona varchar, criterion varchar, is_met_then boolean""",
    "_proofs": """
        feature varchar, kind varchar, computed_as varchar, scope varchar, rows_counted varchar,
        divides_by_spend boolean""",
}


def create_relations(con: duckdb.DuckDBPyConnection, rules: Rules) -> None:
    """Create the temporary tables of `rules` (bound), or replace them."""
    contents = {
        "_criteria": _criteria(rules),
        "_personas": _personas(rules),
        "_turns": _turns(rules),
        "_ways_into": _ways_into(rules),
        "_ways_out": _ways_out(rules),
        "_proofs": proofs(rules),
    }
    for table, rows in contents.items():
        con.execute(f"create or replace temp table {table} ({_COLUMNS[table]})")
        con.execute(f"insert into {table} select unnest($rows, recursive := true)", {"rows": rows})


def drop_relations(con: duckdb.DuckDBPyConnection) -> None:
    """Drop them."""
    for table in _COLUMNS:
        con.execute(f"drop table if exists temp.{table}")


def _criteria(rules: Rules) -> Rows:
    return [
        {
            "criterion": criterion.key,
            "persona": rule.key,
            "rank": rank,
            "feature": criterion.feature,
            "label": criterion.label,
            "operator": criterion.operator.sql,
            "threshold": criterion.limit,
            "threshold_json": json.dumps(_threshold(criterion)),
            "severity_json": json.dumps(_severity(criterion), separators=(",", ":")),
            "unit": criterion.unit,
            "scale": criterion.scale,
            "line": threshold_text(criterion),
            "takes": _takes(criterion),
            "figure_at_line": _spoken(criterion.limit, criterion.unit),
            "digits": _DIGITS[criterion.unit],
            "code": criterion.reason.code,
            "ranks_as": criterion.reason.ranks_as,
        }
        for rank, (rule, criterion) in enumerate(all_criteria(rules), start=1)
    ]


def _threshold(criterion: Criterion) -> float | bool:
    """As JSON has it: yes as true, and no decimals where there are none."""
    if criterion.is_yes_no:
        return True
    return int(criterion.limit) if criterion.limit.is_integer() else criterion.limit


def _severity(criterion: Criterion) -> dict[str, float]:
    """How a met criterion's severity follows: from the value it is full at, or the same always."""
    if criterion.full is None:
        return {"counts_as": criterion.counts_as}
    return {"full": criterion.full}


def _takes(criterion: Criterion) -> str:
    """What it takes to meet the criterion."""
    line = threshold_text(criterion)
    return {AT_LEAST: f"{line} or more", ABOVE: f"more than {line}", IS: line}.get(
        criterion.operator, f"under {line}"
    )


def _spoken(value: float, unit: str) -> float:
    """A share as a percentage, exactly: a binary product may miss the figure that is printed."""
    return float(Decimal(repr(value)) * 100) if unit == "fraction" else value


def _personas(rules: Rules) -> Rows:
    rows: Rows = []
    for priority, (persona, step) in enumerate(
        zip((*rules, FALLBACK), decisive_steps(rules), strict=True), start=1
    ):
        rule = persona if isinstance(persona, PersonaRule) else None
        rows.append(
            {
                "persona": persona.key,
                "priority": priority,
                "title": persona.title,
                "plain": persona.plain,
                "decided_by": step,
                "tree": json.dumps(tree_of(rule), separators=(",", ":")) if rule else None,
            }
        )
    return rows


def tree_of(rule: PersonaRule) -> object:
    """The rule's boolean tree with predicates named by their position in its list."""
    positions = {criterion.key: i for i, criterion in enumerate(rule.criteria)}

    def node(tree: Tree) -> object:
        if isinstance(tree, Criterion):
            return positions[tree.key]
        return {tree.joiner: [node(member) for member in tree.members]}

    return node(rule.tree)


def _turns(rules: Rules) -> Rows:
    """Each criterion turned either way: the value it turns at, and the words for that change."""
    return [
        {"criterion": criterion.key, "is_met_then": is_met_then, "changed": changed}
        | _wording(criterion, changed)
        for _, criterion in all_criteria(rules)
        for is_met_then, changed in (
            (True, value_that_passes(criterion)),
            (False, value_that_fails(criterion)),
        )
    ]


def _wording(criterion: Criterion, changed: float | None) -> dict[str, str | None]:
    """`opening` begins a sentence, `clause` stands in a list; the value observed follows both."""
    if changed is None:
        return {"opening": None, "clause": None}
    if criterion.is_yes_no:
        with_it = "with" if changed else "without"
        return {
            "opening": f"{with_it.capitalize()} {criterion.label}",
            "clause": f"{with_it} {criterion.label}",
        }
    to = amount_text(changed, criterion.unit)
    return {
        "opening": f"If the {criterion.label} were {to} instead of ",
        "clause": f"{criterion.label} {to} instead of ",
    }


def _ways_into(rules: Rules) -> Rows:
    """Every way to match a persona, in order of priority."""
    numbered = enumerate((rule, way) for rule in rules for way in ways(rule.tree, wanted=True))
    return [
        {"persona": rule.key, "way": number, "criterion": criterion.key}
        for number, (rule, way) in numbered
        for criterion in way
    ]


def _ways_out(rules: Rules) -> Rows:
    """Per persona decided on, every way to another: its match ends, or one before it begins."""

    def of(decided: str, before: Rules, own: PersonaRule | None) -> Iterator[dict[str, Any]]:
        ends = [(own, way, False) for way in ways(own.tree, wanted=False)] if own else []
        begins = [(rule, way, True) for rule in before for way in ways(rule.tree, wanted=True)]
        for number, (rule, way, is_met_then) in enumerate([*ends, *begins]):
            for criterion in way:
                yield {
                    "decided": decided,
                    "way": number,
                    "persona": rule.key,
                    "criterion": criterion.key,
                    "is_met_then": is_met_then,
                }

    rows = [row for i, rule in enumerate(rules) for row in of(rule.key, rules[:i], rule)]
    return [*rows, *of(GENERAL, rules, None)]
