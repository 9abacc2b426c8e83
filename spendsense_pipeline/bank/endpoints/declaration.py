"""What an endpoint is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from spendsense_pipeline.bank.answers import Body
from spendsense_pipeline.bank.desk import Desk
from spendsense_pipeline.bank.requests import PlaidRequest


@dataclass(frozen=True)
class Endpoint:
    """One endpoint; all are POST, as Plaid's are.

    Attributes:
        path: as Plaid has it.
        request: the model of its body.
        answer: makes the body of the response from a request that is as the model says.
        summary: what it does here, in a line.
        differs: what Plaid's has and this has not, or has otherwise; "" for nothing.
        is_ours: whether Plaid has no such endpoint.
        needs_keys: whether a secret, where one is set, must be given; Plaid's clients give none
            where Plaid asks for none.
    """

    path: str
    request: type[PlaidRequest]
    answer: Callable[[Desk, Any], Awaitable[Body]]
    summary: str
    differs: str = ""
    is_ours: bool = False
    needs_keys: bool = True
