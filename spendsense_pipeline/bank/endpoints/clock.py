"""The clock: which day apps are shown, and moving it on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.bank import requests
from spendsense_pipeline.bank.endpoints.declaration import Endpoint
from spendsense_pipeline.bank.further import run_to
from spendsense_pipeline.plaid.errors import INVALID_FIELD, PlaidError

if TYPE_CHECKING:
    from spendsense_pipeline.bank.answers import Body
    from spendsense_pipeline.bank.desk import Desk
    from spendsense_pipeline.local_plaid.clock import ClockView


async def _get(desk: Desk, asked: requests.PlaidRequest) -> Body:  # noqa: ARG001
    return _shape(desk.plaid.clock_view())


async def _advance(desk: Desk, asked: requests.ClockAdvance) -> Body:
    shown = desk.plaid.clock_view()
    day = _day(asked, shown.as_of)
    if day > shown.published_as_of:
        run_id = await desk.work(run_to, desk, day)
        desk.wake()
        return _shape(desk.plaid.clock_view()) | {"run_id": run_id}
    moved = desk.plaid.advance(day)
    desk.wake()
    return _shape(moved)


def _day(asked: requests.ClockAdvance, today: dt.date) -> dt.date:
    if (asked.days is None) == (asked.to is None):
        raise PlaidError(INVALID_FIELD, "give either days or to")
    return asked.to or today + dt.timedelta(days=asked.days or 0)


def _shape(view: ClockView) -> Body:
    return {
        "as_of": view.as_of.isoformat(),
        "published_as_of": view.published_as_of.isoformat(),
        "is_following": view.is_following,
    }


ENDPOINTS: Final = (
    Endpoint(
        "/sandbox/clock/get", requests.PlaidRequest, _get, "Which day it is here.", is_ours=True
    ),
    Endpoint(
        "/sandbox/clock/advance",
        requests.ClockAdvance,
        _advance,
        "Let days pass: `days`, or `to` a day.",
        is_ours=True,
    ),
)
