"""Sample lives: one person of each of the most frequent personas, told in a few figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spendsense_pipeline.personas.rule_text import amount_text, threshold_text
from spendsense_pipeline.personas.rules import (
    PERSONA_KEYS,
    PERSONAS,
    all_criteria,
    bound,
    persona_title,
)
from spendsense_pipeline.preview.records import Card, SampleLife, Subscription
from spendsense_pipeline.sql import QueryFolder, used
from spendsense_pipeline.tables.features import FEATURES_BY_NAME, WINDOWS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import PersonaThresholds
    from spendsense_pipeline.personas.criteria import Criterion

LIVES: Final = 3
_WINDOW_DAYS: Final = max(WINDOWS)
_QUERIES = QueryFolder(__package__)


def sample_lives(
    con: duckdb.DuckDBPyConnection, thresholds: PersonaThresholds
) -> tuple[SampleLife, ...]:
    """One person of each of the most frequent personas, most frequent first.

    Args:
        con: holds people, streams, features and assignments.
        thresholds: of the rules that judged.

    Returns:
        As many as there are personas, up to `LIVES`.
    """
    query = _QUERIES.text("lives.sql")
    parameters = {"window_days": _WINDOW_DAYS, "personas": list(PERSONA_KEYS), "lives": LIVES}
    people = con.execute(query, used(query, parameters))
    names = [name for name, *_ in people.description]
    rows = [dict(zip(names, row, strict=True)) for row in people.fetchall()]
    return tuple(
        SampleLife(
            **row,
            persona_title=persona_title(row["persona"]),
            window_days=_WINDOW_DAYS,
            cards=_cards(con, row["user_id"]),
            subscriptions=_subscriptions(con, row["user_id"]),
            because=_because(con, row["user_id"], row["persona"], thresholds),
        )
        for row in rows
    )


_MEANINGS = {persona.key: persona.meaning for persona in PERSONAS}


def _cards(con: duckdb.DuckDBPyConnection, user_id: str) -> tuple[Card, ...]:
    rows = con.execute(
        "select name, cast(balance_current as double), cast(balance_limit as double)"
        " from raw_accounts where user_id = ? and type = 'credit'"
        " and coalesce(holder_category, 'personal') = 'personal' order by account_id",
        [user_id],
    ).fetchall()
    return tuple(Card(*row) for row in rows)


def _subscriptions(con: duckdb.DuckDBPyConnection, user_id: str) -> tuple[Subscription, ...]:
    rows = con.execute(
        "select merchant_name, monthly_amount from recurring_streams where user_id = ?"
        " and kind = 'subscription' and is_active and status = 'MATURE'"
        " order by monthly_amount desc, stream_id",
        [user_id],
    ).fetchall()
    return tuple(Subscription(*row) for row in rows)


def _because(
    con: duckdb.DuckDBPyConnection, user_id: str, persona: str, thresholds: PersonaThresholds
) -> str:
    """The criteria that made the match, each with its value and the line it passed."""
    rows = con.execute(
        "select criterion, value from _judged_predicates where user_id = ? and window_days = ?"
        " and persona = ? and made_match and is_met order by rank",
        [user_id, _WINDOW_DAYS, persona],
    ).fetchall()
    criteria = {c.key: c for rule, c in all_criteria(bound(thresholds)) if rule.key == persona}
    met = [_met(criteria[key], value) for key, value in rows]
    return f"{'; '.join(met)}." if met else _MEANINGS[persona]


def _met(criterion: Criterion, value: float) -> str:
    label = FEATURES_BY_NAME[criterion.feature].label
    if criterion.is_yes_no:
        return f"{label}: yes"
    decimals = FEATURES_BY_NAME[criterion.feature].decimals
    shown = amount_text(
        float(value) if decimals is None else round(value, decimals), criterion.unit
    )
    return f"{label}: {shown} ({criterion.operator.symbol} {threshold_text(criterion)})"
