"""Writes `persona_assignments`: one row per consenting user and window.

Judges the unrounded features of the same run (`_features_unrounded_30d`, `…_180d`); the rules
themselves are in `rules.py`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.personas import sql
from spendsense_pipeline.personas.rules import (
    GENERAL,
    RULE_BOOK,
    bound,
    rule_features,
    rules_version,
)
from spendsense_pipeline.plaid.declarations import Column, ForeignKey, Table
from spendsense_pipeline.plaid.tables import PERSONA_KEYS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import PersonaThresholds

WINDOWS = (30, 180)
_MATCHABLE = tuple(rule.key for rule in RULE_BOOK)
_CONSENTING = "(select user_id from raw_users where consent_status = 'granted')"

PERSONA_ASSIGNMENTS = Table(
    "persona_assignments",
    "One row per consenting person and window: which persona the rule book says, and how clearly.",
    (
        Column("user_id", "VARCHAR", "The person"),
        Column("window_days", "INTEGER", "Length of the window judged", unit="days"),
        Column("as_of", "DATE", "Last day of the window"),
        Column(
            "primary_persona",
            "VARCHAR",
            "First rule by priority that matches; general if none does",
            allowed=PERSONA_KEYS,
        ),
        Column(
            "secondary_persona",
            "VARCHAR",
            "Next rule that matches; null when fewer than two do",
            nullable=True,
            allowed=_MATCHABLE,
        ),
        Column(
            "matched_personas",
            "VARCHAR[]",
            "Every rule that matches, in priority order; empty for general",
        ),
        Column(
            "severity",
            "DOUBLE",
            "Largest margin (distance ÷ threshold) among the predicates that made the primary "
            "match; 0 for general and where only yes/no facts made it",
            unit="× threshold",
        ),
        Column(
            "status",
            "VARCHAR",
            "assigned when some rule matches, stable when none does",
            allowed=("assigned", "stable"),
        ),
        Column(
            "target_persona",
            "VARCHAR",
            "Persona the operator asked for; null in a natural population",
            nullable=True,
            allowed=PERSONA_KEYS,
        ),
        Column("rules_version", "VARCHAR", "Hash of the rules and thresholds that judged"),
    ),
    primary_key=("user_id", "window_days"),
    order_by=("user_id", "window_days"),
    foreign_keys=(ForeignKey(("user_id",), "raw_users", ("user_id",)),),
)


def unrounded_features(window_days: int) -> str:
    """The table of exact feature values for one window."""
    return f"_features_unrounded_{window_days}d"


def features_of_both_windows() -> str:
    """A subquery of exact features of consenting people in both windows."""
    columns = ", ".join((*sql.IDENTITY, *(c.feature for c in rule_features())))
    windows = " union all ".join(
        f"select {columns} from {unrounded_features(window)} "
        f"semi join {_CONSENTING} using (user_id)"
        for window in WINDOWS
    )
    return f"({windows})"


def assign(
    con: duckdb.DuckDBPyConnection, *, as_of: dt.date, thresholds: PersonaThresholds
) -> None:
    """Create or replace `persona_assignments` from the exact features of both windows.

    Raises:
        ValueError: features were measured as of another day than `as_of`.
    """
    for window in WINDOWS:
        stale = con.execute(
            f"select distinct as_of from {unrounded_features(window)} where as_of <> $as_of",
            {"as_of": as_of},
        ).fetchall()
        if stale:
            raise SpendSenseError(
                problem=(
                    f"features_{window}d were measured as of {stale[0][0]}, the run is as of"
                    f" {as_of}"
                ),
                remedy=f"materialize features_{window}d again",
                exit_code=RUN_FAILED,
            )
    con.execute(PERSONA_ASSIGNMENTS.create_sql())
    con.execute(
        f"""
        insert into persona_assignments
        select
          j.user_id, j.window_days, j.as_of, j.primary_persona, j.secondary_persona,
          j.matched_personas, j.severity,
          case j.primary_persona when '{GENERAL}' then 'stable' else 'assigned' end as status,
          u.target_persona, $rules_version
        from ({sql.judged_query(bound(thresholds), features_of_both_windows())}) as j
        join raw_users as u using (user_id)
        order by j.user_id, j.window_days
        """,
        {"rules_version": rules_version(thresholds)},
    )
