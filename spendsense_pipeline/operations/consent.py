"""Recording what a person decided about their data, and saying what follows from it."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.operations.entries import Operation
from spendsense_pipeline.operations.log import try_to_record
from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.publishing.imported import command_for
from spendsense_pipeline.publishing.warehouse import WarehouseError
from spendsense_pipeline.reporting.dataset_reader import open_dataset
from spendsense_pipeline.reporting.reviews import approved_count
from spendsense_pipeline.reporting.users import find_user

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class Recorded:
    """What was done, in sentences for whoever did it."""

    sentences: tuple[str, ...]


def decide_consent(
    settings: Settings,
    user_id: str,
    status: str,
    *,
    operator: str | None,
    via: str,
    at: dt.datetime,
) -> Recorded:
    """Record a person's decision; what is shown of them changes at once.

    Args:
        settings: where the files are.
        user_id: the person, of the published dataset.
        status: `granted` or `revoked`.
        operator: who records it; None where that is not known.
        via: one of `operations.entries.VIAS`.
        at: the instant, with its time zone.

    Returns:
        What holds now and what the next run does, in sentences.

    Raises:
        SpendSenseError: when there is no such person, or the decision cannot be kept.
    """
    with open_dataset(settings) as published:
        find_user(published, user_id)
        approved = 0
        # Whatever is wrong with the reviews, consent can be taken back.
        with contextlib.suppress(WarehouseError):
            approved = approved_count(published, settings, user_id)
    record_decision(settings, user_id, status, decided_at=at)
    effect = (
        "hidden from every command now, removed everywhere past the raw tables"
        if status == "revoked"
        else "measured, judged and explained"
    )
    command = command_for(settings)
    said = [f"Recorded: {user_id} {status}. {user_id} is {effect} by the next `{command}`."]
    if status == "revoked" and approved:
        items = "1 approved item is" if approved == 1 else f"{approved} approved items are"
        said.append(f"{items} withdrawn at once.")
    entry = Operation(at, operator or None, f"consent {status}", user_id, "", via)
    unrecorded = try_to_record(settings, entry)
    return Recorded((*said, unrecorded) if unrecorded else tuple(said))
