"""`evaluation`: how well the pipeline does what it says, one figure under the other."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.controls.evidence import least_coverage
from spendsense_pipeline.evaluation import metrics
from spendsense_pipeline.evaluation.following import following
from spendsense_pipeline.evaluation.metrics import LEAST_CASES, METRICS, Metric
from spendsense_pipeline.personas.fairness import (
    LEAST_PEOPLE,
    LEAST_TELLING_DIFFERENCE,
    membership,
)
from spendsense_pipeline.personas.rules import GENERAL
from spendsense_pipeline.sql import QueryFolder, create_temporary, identifier, literal, used
from spendsense_pipeline.tables import TABLES
from spendsense_pipeline.tables.advice import FEWEST_ITEMS
from spendsense_pipeline.tables.evaluation import EVALUATION
from spendsense_pipeline.tables.features import WINDOWS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig
    from spendsense_pipeline.tables.declaration import PipelineTable

Recall = Callable[["duckdb.DuckDBPyConnection", "ResolvedConfig"], Iterable[tuple[str, int, int]]]
"""Plants bad items and says per kind how many, and how many were stopped."""

QUERIES: Final = QueryFolder(__package__)
OUTCOMES: Final = 3
"""That groups are compared in."""
_FIGURES: Final = "_evaluation_figures"
_COUNTS: Final = "_evaluation_counts"
_PEOPLE: Final = "_evaluation_people"
_GROUPS: Final = "_evaluation_groups"
_NORMAL: Final = statistics.NormalDist()
_SHARED: Final[dict[str, Any]] = {
    "windows": list(WINDOWS),
    "most_days": [metrics.MOST_DAYS_TO_NOTICE[window] for window in WINDOWS],
    "least_behaviours": metrics.LEAST_BEHAVIOURS,
    "least_education": FEWEST_ITEMS["education"],
    "least_offers": FEWEST_ITEMS["offer"],
}
"""What queries may name beside what is their metric's own."""
_OF_WINDOWS: Final = {
    metrics.COVERAGE: "coverage.sql",
    metrics.EXPLAINABILITY: "explainability.sql",
    metrics.RELEVANCE: "relevance.sql",
    metrics.AUDITABILITY: "auditability.sql",
    metrics.ELIGIBILITY: "eligibility.sql",
    metrics.ENOUGH_EDUCATION: "enough_education.sql",
    metrics.ENOUGH_OFFERS: "enough_offers.sql",
}
"""Shares that every window has, if of no case."""
_OF_EVENTS: Final = {
    metrics.NOTICED_SHARE: "noticed_share.sql",
    metrics.NEAR_A_LINE_SHARE: "near_a_line_share.sql",
}


def build_evaluation(
    con: duckdb.DuckDBPyConnection,
    *,
    resolved: ResolvedConfig,
    all_replay: bool = False,
    recall: Recall | None = None,
) -> None:
    """Create or replace `evaluation` from the tables it is about.

    Args:
        con: Holds everything up to `recommendations` and `event_detection`.
        resolved: The configuration of the run.
        all_replay: Whether it is known that every trace replays; else each is replayed.
        recall: Plants bad items and counts those stopped; None leaves `guardrail_recall` out.
    """
    with following(con, all_replay=all_replay):
        con.execute(EVALUATION.create_sql())
        create_temporary(con, _FIGURES, f"from {EVALUATION.name}", {})
        QUERIES.create(con, _PEOPLE, "people.sql", {"windows": list(WINDOWS), "general": GENERAL})
        for metric, query in _OF_WINDOWS.items():
            _add_share(con, _asked(metric, resolved), _by_window(QUERIES.text(query)))
        _add_share(con, metrics.WITHDRAWAL_COMPLETENESS, _withdrawal(con))
        if recall is not None:
            _add_share(con, metrics.GUARDRAIL_RECALL, _planted(recall(con, resolved)))
        for metric, query in _OF_EVENTS.items():
            _add_share(con, metric, _by_kind(QUERIES.text(query)))
        _add(con, metrics.DAYS_TO_NOTICE, QUERIES.text("days_to_notice.sql"))
        _add_fairness(con)
    con.execute(
        f"insert into {EVALUATION.name} select * from {_FIGURES}"
        " order by list_position($metrics, metric), segment",
        {"metrics": [metric.name for metric in METRICS]},
    )
    for name in (_FIGURES, _COUNTS, _PEOPLE, _GROUPS):
        con.execute(f"drop table temp.{name}")


def _asked(metric: Metric, resolved: ResolvedConfig) -> Metric:
    """With the target an operator sets, where that is one's to set."""
    if metric is metrics.COVERAGE:
        return dataclasses.replace(metric, least=least_coverage(resolved))
    return metric


def _add(con: duckdb.DuckDBPyConnection, metric: Metric, query: str, **given: Any) -> None:
    """Append a query's figures, which are whole but for metric and formula."""
    text = (
        f"insert into {_FIGURES} select $metric, figure.* exclude (note), $formula, figure.note"
        f" from ({query}) as figure"
    )
    about = {"metric": metric.name, "formula": metric.formula, "least_cases": LEAST_CASES}
    con.execute(text, used(text, _SHARED | about | given))


def _add_share(con: duckdb.DuckDBPyConnection, metric: Metric, counts: str) -> None:
    """Append a share's figures from a query of `segment, hits, cases`."""
    create_temporary(con, _COUNTS, counts, _SHARED)
    names = ("least", "most", "slack", "target", "is_sample", "by_interval")
    given = {name: getattr(metric, name) for name in names}
    _add(con, metric, QUERIES.text("shares.sql"), z=_NORMAL.inv_cdf(0.975), **given)


def _by_window(counts: str) -> str:
    """Counts of every window, of no case where the query has none."""
    return f"""
        select
          asked.window_days || ' days' as segment,
          coalesce(counted.hits, 0) as hits,
          coalesce(counted.cases, 0) as cases
        from (select unnest($windows) as window_days) as asked
        left join ({counts}) as counted on counted.window_days = asked.window_days
    """


def _by_kind(counts: str) -> str:
    """Counts of every kind of event and window there is one of."""
    return f"select kind || ', ' || window_days || ' days' as segment, hits, cases from ({counts})"


def _withdrawal(con: duckdb.DuckDBPyConnection) -> str:
    """Counts of the people whose consent is not granted, by whether any table still knows them."""
    made = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
    left = " union ".join(
        _people_of(table) for table in TABLES if table.holds_only_consenting and table.name in made
    )
    return f"""
        select 'everybody' as segment, count(*) filter (left_over.user_id is null) as hits,
          count(*) as cases
        from raw_users as person
        left join ({left}) as left_over on left_over.user_id = person.user_id
        where person.consent_status <> 'granted'
    """


def _people_of(table: PipelineTable) -> str:
    if table.person_key == "user_id":
        return f"select user_id from {identifier(table.name)}"
    return (
        f"select account.user_id from {identifier(table.name)} as held"
        f" join raw_accounts as account on account.account_id = held.account_id"
    )


def _planted(found: Iterable[tuple[str, int, int]]) -> str:
    """Counts of what guardrails stopped, by kind of what was planted."""
    rows = ", ".join(
        f"({literal(kind)}, {int(stopped)}, {int(planted)})" for kind, planted, stopped in found
    )
    return f"select * from (values {rows}) as planted(segment, hits, cases)"


def _add_fairness(con: duckdb.DuckDBPyConnection) -> None:
    """Append the comparisons of groups, with intervals for all of a window's at once."""
    create_temporary(con, _GROUPS, membership(), {})
    [(groups,)] = con.execute(
        f"select count(distinct (dimension, group_name)) from {_GROUPS}"
        f" semi join {_PEOPLE} using (user_id)"
    ).fetchall()
    _add(
        con,
        metrics.FAIRNESS,
        QUERIES.text("fairness.sql"),
        target=f"within {LEAST_TELLING_DIFFERENCE:g}, or its interval holds 0",
        telling=LEAST_TELLING_DIFFERENCE,
        least_people=LEAST_PEOPLE,
        # Bonferroni: else one dataset in two would miss by chance alone.
        z=_NORMAL.inv_cdf(1 - 0.025 / max(1, groups * OUTCOMES)),
    )
