"""What the pages of one server share: where things are, what is published, what runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.settings import today

if TYPE_CHECKING:
    from spendsense_pipeline.preview.worker import PreviewWorker
    from spendsense_pipeline.settings import Settings
    from spendsense_pipeline.ui.launching import Runs
    from spendsense_pipeline.ui.reading import Reading
    from spendsense_pipeline.ui.watching import Watch


@dataclass(frozen=True)
class Room:
    """One server's.

    Attributes:
        settings: where files are.
        reading: the published dataset, for pages to ask.
        editions: which dataset is published, as time goes by.
        bank: marks of the local Plaid's state, and of what it serves, as time goes by.
        previews: makes pictures of what would be made.
        runs: what Dagster runs, has run and is asked to run.
    """

    settings: Settings
    reading: Reading
    editions: Watch
    bank: Watch
    previews: PreviewWorker
    runs: Runs

    def today(self) -> dt.date:
        """The date it is where the operator lives."""
        return today(self.settings)

    def now(self) -> dt.datetime:
        """This moment, with its zone."""
        return dt.datetime.now(dt.UTC)
