"""Decisions people have made about their data, kept apart from any dataset so that they outlast it:
the next run applies them before anything past the raw tables is computed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.files import write_text
from spendsense_pipeline.publishing.warehouse import WarehouseError, named_errors

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.settings import Settings

DECISIONS = ("granted", "revoked")


@dataclass(frozen=True)
class Decision:
    """What one person decided, and when.

    Attributes:
        status: one of `DECISIONS`.
        decided_at: the instant, with its time zone.
    """

    status: str
    decided_at: dt.datetime


def read_decisions(settings: Settings) -> dict[str, Decision]:
    """Every recorded decision by user id; none if nobody has decided.

    Args:
        settings: names the file.

    Raises:
        WarehouseError: when the file cannot be read or is not what we wrote. Guessing would process
            somebody who said no.
    """
    path: Path = settings.consent_path
    if not path.exists():
        return {}
    with named_errors(path):
        text = path.read_text(encoding="utf-8")
    try:
        return {
            user_id: Decision(
                _known(entry["status"]), dt.datetime.fromisoformat(entry["decided_at"])
            )
            for user_id, entry in json.loads(text).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WarehouseError(
            problem=f"{path} is not a record of consent decisions ({error})",
            remedy=(
                "restore it from a copy, or delete it and record the decisions again with"
                " `spendsense consent`"
            ),
        ) from error


def _known(status: str) -> str:
    if status not in DECISIONS:
        msg = f"status {status!r} is none of {', '.join(DECISIONS)}"
        raise ValueError(msg)
    return status


def record_decision(
    settings: Settings, user_id: str, status: str, *, decided_at: dt.datetime
) -> dict[str, Decision]:
    """Add or replace one person's decision; the file is replaced whole, never half-written.

    Args:
        settings: names the file.
        user_id: whose decision it is; need not be in any dataset.
        status: one of `DECISIONS`.
        decided_at: the instant, with its time zone.

    Returns:
        Every decision recorded now, by user id.

    Raises:
        ValueError: when the status is none of those.
        WarehouseError: when the file cannot be read or written.
        DiskFullError: when there is no room for it; the decisions before are still there.
    """
    decisions = read_decisions(settings) | {user_id: Decision(_known(status), decided_at)}
    text = json.dumps(
        {
            user: {"status": d.status, "decided_at": d.decided_at.isoformat()}
            for user, d in sorted(decisions.items())
        },
        indent=2,
    )
    path: Path = settings.consent_path
    with named_errors(path):
        write_text(path, text + "\n")
    return decisions


def apply_decisions(con: duckdb.DuckDBPyConnection, decisions: Mapping[str, Decision]) -> int:
    """Write the decisions into `raw_users`.

    Whoever reads past the raw tables reads `consent_status = 'granted'` only, so this is the one
    place a decision takes effect. A decision about somebody who is not there changes nothing.

    Args:
        con: the warehouse being built.
        decisions: by user id.

    Returns:
        How many people's status changed.
    """
    if not decisions:
        return 0
    rows = [
        (user_id, d.status, d.decided_at.astimezone(dt.UTC).replace(tzinfo=None))
        for user_id, d in decisions.items()
    ]
    changed = 0
    for user_id, status, decided_at in rows:
        [(count,)] = con.execute(
            "update raw_users set consent_status = $status, consent_timestamp = $decided_at"
            " where user_id = $user_id and consent_status <> $status",
            {"user_id": user_id, "status": status, "decided_at": decided_at},
        ).fetchall()
        changed += int(count)
    return changed


def withdrawn(decisions: Mapping[str, Decision]) -> list[str]:
    """People who said no.

    Args:
        decisions: by user id.

    Returns:
        Their user ids, in text order.
    """
    return sorted(user for user, d in decisions.items() if d.status == "revoked")
