"""The rows behind a figure of a decision, found again in the dataset."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.tracing import Evidence, traced
from spendsense_pipeline.reporting.transactions import (
    TransactionRow,
    posted_between,
    transactions_named,
)

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class EvidenceRows:
    """The rows behind a figure.

    Attributes:
        evidence: what the figure rests on.
        transactions: its rows, in the trace's order; of streams their charges. Of a reference that
            counts only some rows, all posted ones of its accounts and days.
        sum_usd: what these come to; positive is money out.
        missing: ids that the dataset has no row of.
        accounts: ids of the accounts it is about.
        note: what to know about the rows; None where they are what is counted.
    """

    evidence: Evidence
    transactions: tuple[TransactionRow, ...]
    sum_usd: Decimal
    missing: tuple[str, ...]
    accounts: tuple[str, ...]
    note: str | None


def evidence_rows(
    published: DatasetReader, settings: Settings, user_id: str, *, window_days: int, feature: str
) -> EvidenceRows | None:
    """The rows behind a figure of a decision; None where nothing is shown without consent.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        user_id: the person.
        window_days: the window.
        feature: the figure.

    Raises:
        SpendSenseError: nobody has that id, or the decision rests on no such figure.
    """
    trace = traced(published, settings, user_id, window_days)
    if trace is None:
        return None
    found = next((each for each in trace.evidence if each.feature == feature), None)
    if found is None:
        known = ", ".join(each.feature for each in trace.evidence)
        raise SpendSenseError(
            problem=f"the decision of {user_id} over {window_days} days does not rest on {feature}",
            remedy=f"choose one of {known}" if known else "it rests on no figure at all",
        )
    return _rows_behind(published, user_id, found)


def _rows_behind(published: DatasetReader, user_id: str, evidence: Evidence) -> EvidenceRows:
    ids = evidence.ids
    accounts: tuple[str, ...] = ()
    note: str | None = None
    rows: tuple[TransactionRow, ...] = ()
    missing: tuple[str, ...] = ()
    if evidence.kind == "reference" and evidence.after and evidence.through:
        accounts = ids
        rows = posted_between(
            published, user_id, account_ids=ids, after=evidence.after, through=evidence.through
        )
        if evidence.rows != "all":
            note = (
                f"all {len(rows)} posted rows of these accounts and days; the figure counts"
                f" {evidence.row_count} of them ({evidence.rows})"
            )
    elif evidence.kind == "accounts":
        accounts, note = ids, "the figure is of the accounts themselves, not of rows"
    else:
        if evidence.kind == "streams":
            note = "the charges of these recurring streams"
            ids = _charges(published, user_id, ids)
        rows = transactions_named(published, user_id, ids)
        found = {row.transaction_id for row in rows}
        missing = tuple(each for each in ids if each not in found)
    total = sum((row.amount_usd for row in rows), Decimal(0))
    return EvidenceRows(evidence, rows, total, missing, accounts, note)


def _charges(published: DatasetReader, user_id: str, streams: tuple[str, ...]) -> tuple[str, ...]:
    rows = published.con.execute(
        "select unnest(transaction_ids) from recurring_streams where user_id = $user_id "
        "and stream_id in (select unnest($streams::varchar[])) "
        "order by list_position($streams::varchar[], stream_id)",
        {"user_id": user_id, "streams": list(streams)},
    ).fetchall()
    return tuple(each for (each,) in rows)
