"""Writes `persona_assignments`, one row per consenting user and window, and `_judged_predicates`.

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
    bound,
    rule_features,
    rules_version,
)
from spendsense_pipeline.tables.features import UNROUNDED_FEATURES, WINDOWS
from spendsense_pipeline.tables.personas import JUDGED_PREDICATES, PERSONA_ASSIGNMENTS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import PersonaThresholds

_CONSENTING = "(select user_id from raw_users where consent_status = 'granted')"


def unrounded_features(window_days: int) -> str:
    """The table of exact feature values for one window."""
    return UNROUNDED_FEATURES[window_days].name


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
    """Create or replace `persona_assignments` and `_judged_predicates` from the exact features.

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
    rules = bound(thresholds)
    judged = sql.judged_query(rules, features_of_both_windows())
    con.execute(f"create or replace temp table _judged as {judged}")
    con.execute(PERSONA_ASSIGNMENTS.create_sql())
    con.execute(
        f"""
        insert into persona_assignments
        select
          j.user_id, j.window_days, j.as_of, j.primary_persona, j.secondary_persona,
          j.matched_personas, j.severity,
          case j.primary_persona when '{GENERAL}' then 'stable' else 'assigned' end as status,
          u.target_persona, $rules_version
        from _judged as j
        join raw_users as u using (user_id)
        order by j.user_id, j.window_days
        """,
        {"rules_version": rules_version(thresholds)},
    )
    con.execute(JUDGED_PREDICATES.create_sql())
    con.execute(f"insert into _judged_predicates {sql.predicates_query(rules, '_judged')}")
    con.execute("drop table temp._judged")
