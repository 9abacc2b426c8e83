"""Exports that are tables: which accounts they speak of, and their rows in our words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from spendsense_pipeline.importing.formats.accounts import FoundAccount, merged_rows, said_id_of
from spendsense_pipeline.importing.formats.arrived import (
    follow_most_signs,
    insert_rows,
    translate_batch,
)
from spendsense_pipeline.importing.formats.batches import Batch, load_batches
from spendsense_pipeline.importing.formats.derived import derive
from spendsense_pipeline.importing.formats.doubts import (
    note_doubles,
    note_turned_cards,
    refuse_strangers,
)
from spendsense_pipeline.importing.formats.folders import account_key
from spendsense_pipeline.importing.formats.request import FormatRequest

_LIABILITIES = {
    "debt": ("loan", "loan"),
    "loan": ("loan", "loan"),
    "mortgage": ("loan", "mortgage"),
}


class Delimited:
    """The files of a format whose files are tables."""

    def __init__(self, request: FormatRequest) -> None:
        self._con, self._report = request.con, request.report
        self._ready, self._files, self._known = request.ready, request.files, request.known
        self.people = [file.user_id for file in request.files]
        self.paths = [file.path for file in request.files]
        self._batches = load_batches(
            request.con, request.ready, request.files, request.transactions, request.report
        )
        # Which account the rows of a batch are of: by the key they name, or by their file.
        self._accounts: dict[tuple[str, str, str], FoundAccount] = {}
        self._places: list[tuple[Batch, str, int | None, str | None, FoundAccount]] = []
        for batch in self._batches:
            derive(request.con, batch, request.report)
            self._find_accounts(batch)
        self.accounts = list(self._accounts.values())

    def fill(self) -> None:
        """Add the rows of every file to `arrived`; the accounts have their ids by now."""
        self._con.execute(
            "create or replace table export_account (_kind varchar, _user varchar, _file integer, "
            "_account_key varchar, account_id varchar)"
        )
        insert_rows(
            self._con,
            "export_account",
            [
                {
                    "_kind": batch.table,
                    "_user": user,
                    "_file": number,
                    "_account_key": key,
                    "account_id": account.account_id,
                }
                for batch, user, number, key, account in self._places
            ],
        )
        for batch in self._batches:
            translate_batch(self._con, batch, merged_rows(self.accounts), self._report)
            follow_most_signs(self._con, batch, self._report)
        refuse_strangers(self._con, self.accounts, self._files)
        note_doubles(self._con, self.accounts, self._report)
        note_turned_cards(self._con, self.accounts, self._report)

    def _find_accounts(self, batch: Batch) -> None:
        column = batch.mapping.columns.get("account_id") or batch.layout.account
        label = f"min({batch.column(column)})" if column else "null"
        hint = batch.column("account_type") if batch.layout.is_journal else "null"
        found = self._con.execute(
            f"select _user, _file, _account_key, {label}, lower(min({hint})), list(distinct _card "
            f"order by _card) from {batch.table} group by all order by _user, _file, _account_key"
        ).fetchall()
        cards: dict[tuple[str, str, str], list[set[str]]] = {}
        for user, number, key, name, kind, numbers in found:
            file = self._files[number]
            is_by_file = key is None
            stem, is_certain = account_key(Path(file.name).stem)
            identity = key or stem or self._ready.name
            found_by = (user, batch.layout.kind or self._ready.name, identity)
            said_id = said_id_of(self._known, user, file.name) if is_by_file else None
            if said_id is not None:
                found_by = (user, "", said_id)
            account = self._accounts.get(found_by)
            if account is None:
                account = FoundAccount(
                    user,
                    identity,
                    name or _title(stem) or batch.layout.title,
                    found_by[1],
                    is_file_alone=is_by_file,
                    type=batch.layout.type,
                    subtype=batch.layout.subtype,
                )
                if kind in _LIABILITIES:
                    account.type, account.subtype = _LIABILITIES[kind]
                self._accounts[found_by] = account
            if file.name not in account.files:
                account.files.append(file.name)
            account.is_certain = account.is_certain and (is_certain or not is_by_file)
            place = (batch, user, number if is_by_file else None, key, account)
            if place not in self._places:
                self._places.append(place)
            seen = {card for card in numbers if card}
            if is_by_file and seen:
                cards.setdefault(found_by, []).append(seen)
                account.mask = min(seen)[-4:]
        self._note_strange_cards(cards)

    def _note_strange_cards(self, cards: Mapping[tuple[str, str, str], list[set[str]]]) -> None:
        """Files of one name whose card numbers have nothing in common may be of two accounts."""
        for found_by, sets in cards.items():
            account = self._accounts[found_by]
            if len(sets) > 1 and any(sets[0].isdisjoint(other) for other in sets[1:]):
                self._report.note(
                    account.files[0],
                    f"taken for the same account as {', '.join(account.files[1:])}, though their "
                    "card numbers differ",
                    "If they are several accounts, give each an account_id in an accounts.csv "
                    "beside them (columns file, account_id).",
                    rows=len(account.files),
                )


def _title(stem: str) -> str:
    return stem.title()
