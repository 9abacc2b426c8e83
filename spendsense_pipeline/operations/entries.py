"""One thing an operator did and the line of JSON it is kept as; which things there are."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

COMMAND_LINE = "command line"
DASHBOARD = "dashboard"
PERSONS_ROOM = "person's room"
LOCAL_PLAID = "local Plaid"
VIAS = (COMMAND_LINE, DASHBOARD, PERSONS_ROOM, LOCAL_PLAID)
"""Where something can be asked for."""

ACTIONS: dict[str, str] = {
    "refresh": "launched a refresh",
    "import": "launched an import",
    "cancel": "canceled the run",
    "rollback": "rolled back to dataset",
    "consent granted": "recorded consent granted of",
    "consent revoked": "recorded consent revoked of",
    "save configuration": "saved the configuration",
}
"""Everything that can be recorded, and how it reads before its subject."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Who did what to what, when and where.

    Attributes:
        at: the instant, with its time zone.
        operator: a person's name; None where a command was given none.
        action: a key of `ACTIONS`.
        subject: what it was done to: a person, a dataset, a run, a file.
        detail: what else is worth knowing, in words; "" for nothing.
        via: one of `VIAS`.
    """

    at: dt.datetime
    operator: str | None
    action: str
    subject: str
    detail: str
    via: str


_TEXTS = ("subject", "detail")


def line_of(operation: Operation) -> bytes:
    """The entry as one line.

    Args:
        operation: what was done.

    Raises:
        ValueError: when action or place is none of those declared.
    """
    _require_declared(operation.action, operation.via)
    members = {
        "at": operation.at.astimezone(dt.UTC).isoformat(),
        "operator": operation.operator,
        "action": operation.action,
        "subject": operation.subject,
        "detail": operation.detail,
        "via": operation.via,
    }
    return json.dumps(members, ensure_ascii=False).encode() + b"\n"


def parse_line(line: bytes) -> tuple[Operation, int]:
    """The entry a line holds, and that nothing follows it (a line says all there is to say).

    Args:
        line: without its line feed.

    Raises:
        ValueError: saying what is wrong, when it is not a line of ours.
    """
    said = json.loads(line.decode())
    try:
        return _operation(said), 0
    except KeyError as missing:
        msg = f"it has no {missing}"
        raise ValueError(msg) from missing
    except TypeError as error:
        raise ValueError(str(error)) from error


def _operation(said: Any) -> Operation:
    for name in _TEXTS:
        if not isinstance(said[name], str):
            msg = f"its {name} is no text"
            raise TypeError(msg)
    if not isinstance(said["operator"], str | None):
        msg = "its operator is neither a text nor null"
        raise TypeError(msg)
    _require_declared(said["action"], said["via"])
    at = dt.datetime.fromisoformat(said["at"])
    if at.tzinfo is None:
        msg = f"{said['at']} has no time zone"
        raise ValueError(msg)
    return Operation(
        at, said["operator"], said["action"], said["subject"], said["detail"], said["via"]
    )


def _require_declared(action: Any, via: Any) -> None:
    if not isinstance(action, str) or action not in ACTIONS:
        msg = f"action {action!r} is none of {', '.join(ACTIONS)}"
        raise ValueError(msg)
    if via not in VIAS:
        msg = f"via {via!r} is none of {', '.join(VIAS)}"
        raise ValueError(msg)
