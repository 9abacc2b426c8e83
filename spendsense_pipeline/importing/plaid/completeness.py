"""Whether all pages of what Plaid holds were brought, as far as the responses say so themselves."""

from __future__ import annotations

from pathlib import PurePosixPath

from spendsense_pipeline.importing.plaid.findings import RESPONSES, Finding, Findings
from spendsense_pipeline.importing.plaid.responses import PlaidResponse

MORE_PAGES = Finding(
    RESPONSES,
    "the last page of /transactions/sync says that more follow (has_more), which are not here",
    "Pull until has_more is false.",
)
FEWER_ROWS = Finding(
    RESPONSES,
    "fewer transactions than /transactions/get says there are (total_transactions)",
    "Pull all pages: offset goes on until total_transactions are received.",
)
NOT_READY = Finding(
    RESPONSES,
    "Plaid had not fetched the whole history yet (transactions_update_status)",
    "Pull again once it says HISTORICAL_UPDATE_COMPLETE.",
)
_UNFINISHED = ("NOT_READY", "INITIAL_UPDATE_COMPLETE")


class Completeness:
    """What the responses of one person say of rows that are still to come."""

    def __init__(self) -> None:
        self._last_page: dict[str, PlaidResponse] = {}
        self._total = 0
        self._total_in = ""
        self._received: set[str | None] = set()

    def see(self, response: PlaidResponse) -> None:
        """The next response in order; the last page of a folder speaks for its Item."""
        if response.has_more is not None:
            self._last_page[str(PurePosixPath(response.file).parent)] = response
        if response.total_transactions is not None:
            self._received.update(row.transaction_id for row in response.added)
            if response.total_transactions > self._total:
                self._total, self._total_in = response.total_transactions, response.where

    def tell(self, findings: Findings) -> None:
        """Note what is missing."""
        for page in self._last_page.values():
            if page.has_more:
                findings.add(MORE_PAGES, page.where)
            if page.update_status in _UNFINISHED:
                findings.add(NOT_READY, f"{page.where} ({page.update_status})")
        if len(self._received) < self._total:
            counts = f"{self._total} of which {len(self._received)} are here"
            findings.add(FEWER_ROWS, f"{self._total_in} ({counts})")
