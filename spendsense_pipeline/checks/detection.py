"""Scores the streams found in the transactions against the ones the generator knows it made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun

LEAST_SHARE = 0.98
_SCORED = "recurring_streams/subscriptions_scored.sql"


def _scored(run: CheckRun) -> list[dict[str, Any]]:
    """True, shown and found streams per person and merchant."""
    return run.remembered("scored streams", lambda: run.file_rows(_SCORED))


def subscriptions_found_are_true(run: CheckRun) -> Finding:
    """Precision: of the active subscriptions found, the share the generator made."""
    scored = _scored(run)
    found = sum(row["found_streams"] for row in scored)
    true = sum(min(row["found_streams"], row["true_streams"]) for row in scored)
    false = [row for row in scored if row["found_streams"] > row["true_streams"]]
    return _share(true, found, false, "no subscription was found")


def true_subscriptions_are_found(run: CheckRun) -> Finding:
    """Recall: of the running subscriptions a history can show, the share that was found."""
    scored = _scored(run)
    shown = sum(row["shown_streams"] for row in scored)
    found = sum(min(row["found_streams"], row["shown_streams"]) for row in scored)
    missed = [row for row in scored if row["found_streams"] < row["shown_streams"]]
    return _share(found, shown, missed, "no subscription has three charges yet")


def _share(hits: int, total: int, wrong: list[dict[str, Any]], nothing: str) -> Finding:
    if not total:
        return Finding(True, None, skipped=nothing)
    # One stream of slack: below fifty streams a single miss would exceed the bound.
    passed = hits + 1 >= LEAST_SHARE * total
    wrong.sort(key=lambda row: (row["user_id"], row["merchant_name"] or ""))
    return Finding(
        passed,
        hits / total,
        0 if passed else len(wrong),
        () if passed else tuple(wrong[:MAX_FAILING_ROWS]),
    )
