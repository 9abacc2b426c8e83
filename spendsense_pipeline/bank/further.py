"""Letting the world live on past what is published: a run, started for whoever asked the clock."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.plaid.errors import INVALID_FIELD, PlaidError
from spendsense_pipeline.settings import today

if TYPE_CHECKING:
    from spendsense_pipeline.bank.desk import Desk

OPERATOR: Final = "local Plaid"


def run_to(desk: Desk, day: dt.date) -> str:
    """Start a run that publishes a later day; the clock follows when it has.

    Args:
        desk: the server's.
        day: after the last day published.

    Returns:
        The run's id.

    Raises:
        PlaidError: the world cannot live on to that day, or must not.
    """
    from spendsense_pipeline.launching.preparing import RunRequest, plan
    from spendsense_pipeline.launching.starting import start
    from spendsense_pipeline.operations.entries import LOCAL_PLAID
    from spendsense_pipeline.publishing.retention import datasets
    from spendsense_pipeline.reporting.asked import asked_of
    from spendsense_pipeline.reporting.dataset_reader import open_dataset

    settings, published = desk.plaid.settings, desk.plaid.served.dataset
    about = f"the published data ends on {published.as_of}"
    if published.is_imported:
        raise PlaidError(
            INVALID_FIELD,
            f"{about}; it was brought in: have `spendsense import` bring in rows up to {day}",
        )
    if any(each.published_at > published.published_at for each in datasets(settings)):
        raise PlaidError(
            INVALID_FIELD,
            f"{about}; it was rolled back to: publish the newest day by `spendsense refresh`",
        )
    try:
        with open_dataset(settings) as reader:
            asked = asked_of(reader)
        request = RunRequest(config=asked.given_json(), as_of=day, operator=OPERATOR)
        planned = plan(settings, request, today=today(settings))
        if not planned.history.is_continued:
            raise PlaidError(
                INVALID_FIELD,
                f"{about}, and its world does not live on to {day}. {planned.history.note} Choose"
                f" an earlier day, or begin one with `spendsense refresh --as-of {day}` and link"
                " anew",
            )
        if not desk.may_refresh:
            raise PlaidError(
                INVALID_FIELD,
                f"{about}: publish a later day with `spendsense refresh --as-of {day}`, or start"
                " with --may-refresh",
            )
        run_id = start(settings, request, via=LOCAL_PLAID)
    except SpendSenseError as error:
        raise PlaidError(INVALID_FIELD, str(error)) from error
    # From the last day on the clock follows what is published.
    desk.plaid.advance(published.as_of)
    return run_id
