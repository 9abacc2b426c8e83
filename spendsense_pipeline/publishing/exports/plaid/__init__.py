"""A dataset as Plaid would have answered: per person the response bodies of four endpoints, and a
Sandbox custom user.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from spendsense_pipeline.publishing.exports.columnar import write_table_csv
from spendsense_pipeline.publishing.exports.documents import file_name
from spendsense_pipeline.publishing.exports.people import people
from spendsense_pipeline.publishing.exports.plaid.responses import (
    accounts_get,
    liabilities_get,
    transactions_recurring_get,
    transactions_sync,
)
from spendsense_pipeline.publishing.exports.plaid.sandbox import custom_user
from spendsense_pipeline.publishing.exports.selection import Selection
from spendsense_pipeline.tables.raw import RAW_USERS


def write_plaid(selection: Selection, directory: Path, *, dataset_id: str, as_of: dt.date) -> None:
    """`<user_id>/accounts_get.json` … `sandbox_custom_user.json`, and `users.csv`, which Plaid
    does not know.

    Args:
        selection: whose rows.
        directory: an empty one.
        dataset_id: what the identifiers of requests and Items are derived from.
        as_of: the day the dataset describes.
    """
    for person in people(selection):
        folder = directory / file_name(person.user_id)
        folder.mkdir()
        _write(folder, "accounts_get", accounts_get(person, dataset_id))
        for number, page in enumerate(transactions_sync(person, dataset_id), start=1):
            _write(folder, f"transactions_sync_{number}", page)
        _write(
            folder,
            "transactions_recurring_get",
            transactions_recurring_get(person, dataset_id, as_of),
        )
        _write(folder, "liabilities_get", liabilities_get(person, dataset_id))
        _write(folder, "sandbox_custom_user", custom_user(person))
    users = selection.table(RAW_USERS.name)
    if users is not None:
        write_table_csv(selection, users, directory / "users.csv")


def _write(folder: Path, name: str, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
