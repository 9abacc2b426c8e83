"""How rows read on a statement: line, merchant, category, channel and town, as Arrow columns.

Two tables show rows, `raw_transactions` and `pending_truth`; both say them in these words.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from spendsense_pipeline.generation import arrow
from spendsense_pipeline.generation.acquaintances import written_names
from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.behaviours.checks_written import check_numbers
from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.catalog import entity_id
from spendsense_pipeline.generation.household import Household
from spendsense_pipeline.generation.labels import FRIEND, STORE, LabelTable
from spendsense_pipeline.generation.living.purchase_rows import bought_on
from spendsense_pipeline.generation.local_names import LocalPayees, local_payees
from spendsense_pipeline.generation.places import branches, store_numbers
from spendsense_pipeline.generation.postings import NO_PLACE, OF_CONTRACTS, Postings, Purpose

_STORE: Final = BitFields(label=20, number=16)
"""A line of a chain and the branch in it."""
_SOMEBODY: Final = BitFields(user=26, label=20)
"""A person and the line of somebody they know."""
_LABELLED: Final = (
    "merchant_name",
    "merchant_entity_id",
    "payment_channel",
    "category_primary",
    "category_detailed",
)
"""Columns that a row's label decides alone, but of small companies."""
_CALLED: Final[dict[str, Callable[[str], str]]] = {
    "merchant_name": str,
    "merchant_entity_id": entity_id,
}
"""Columns that follow from what a small company is called."""
Codes = npt.NDArray[np.int32]


def described(household: Household, rows: Postings) -> dict[str, Any]:
    """The words of rows.

    Args:
        household: Whose rows they are.
        rows: `[N]`.

    Returns:
        Dictionary-encoded columns by their names in `raw_transactions`, `[N]` each.
    """
    text = _dictionaries(household.labels.table)
    places = household.labels.catalog.places
    local = local_payees(household.world, household.labels, rows)
    name_code, name_text = _names(household, rows, local)
    # Where a contract is, is nothing a statement says.
    is_placeless = (rows.place == NO_PLACE) | np.isin(rows.purpose, OF_CONTRACTS)
    columns = {
        "name": arrow.coded(name_code, name_text),
        "city": arrow.coded(rows.place, arrow.text(places.cities), is_placeless),
        "state": arrow.coded(rows.place, arrow.text(places.states), is_placeless),
    }
    for name in _LABELLED:
        dictionary, codes, is_null = text[name]
        code = codes[rows.label]
        if name in _CALLED:
            code[local.at] = len(dictionary) + local.payee
            called = arrow.text([_CALLED[name](each) for each in local.names])
            dictionary = pa.concat_arrays([dictionary, called])
        columns[name] = arrow.coded(code, dictionary, is_null[rows.label])
    return columns


def merchant_names(household: Household, rows: Postings) -> list[str | None]:
    """Whom rows are paid to or come from, as their column `merchant_name` says.

    Args:
        household: Whose rows they are.
        rows: `[N]`.

    Returns:
        A name each, none where it is no merchant: `[N]`.
    """
    known = household.labels.table.merchant_name
    names = [known[label] for label in rows.label.tolist()]
    local = local_payees(household.world, household.labels, rows)
    for at, payee in zip(local.at.tolist(), local.payee.tolist(), strict=True):
        names[at] = local.names[payee]
    return names


@functools.lru_cache(maxsize=2)
def _dictionaries(labels: LabelTable) -> dict[str, tuple[Any, Codes, Flags]]:
    """Per text column of the label table: distinct values, and each label's code and nullness."""
    found: dict[str, tuple[Any, Codes, Flags]] = {}
    for name in LabelTable.__dataclass_fields__:
        values = getattr(labels, name)
        distinct = {value: code for code, value in enumerate(dict.fromkeys(values))}
        codes = np.array([distinct[value] for value in values], dtype=np.int32)
        is_null = np.array([value is None for value in values], dtype=np.bool_)
        found[name] = (arrow.text(["" if v is None else v for v in distinct]), codes, is_null)
    return found


def _names(household: Household, rows: Postings, local: LocalPayees) -> tuple[Ints, Any]:
    """The bank's line of every row as a code, and the lines: those of chains have the number of
    the branch the person goes to in that place, checks their own, and small companies a name."""
    world, labels = household.world, household.labels
    at = np.flatnonzero(labels.is_chain_store[rows.label])
    label, user = rows.label[at], rows.user[at]
    merchant, places = labels.merchant(label), labels.catalog.places
    moves, day = plan_moves(world, places), bought_on(rows)[at]
    # A chain's line without a place is one of home.
    place = np.where(rows.place[at] == NO_PLACE, moves.homes(user, day), rows.place[at])
    branch = branches(world, places, user, merchant, place, moves.has_moved(user, day))
    store, code_of = np.unique(
        _STORE.pack(label=label, number=store_numbers(merchant, place, branch)),
        return_inverse=True,
    )
    lines = labels.table.name
    numbered = [
        lines[of].replace(STORE, number)
        for of, number in zip(
            _STORE.take(store, "label").tolist(),
            map(str, _STORE.take(store, "number").tolist()),
            strict=True,
        )
    ]
    text, codes, _ = _dictionaries(labels.table)["name"]
    code = codes[rows.label].astype(np.int64)
    code[at] = len(text) + code_of
    named = np.flatnonzero(labels.names_somebody[rows.label])
    whom, whom_of = np.unique(
        _SOMEBODY.pack(user=rows.user[named], label=rows.label[named]), return_inverse=True
    )
    met, whose = _SOMEBODY.take(whom, "label"), _SOMEBODY.take(whom, "user")
    names = written_names(world, labels.catalog, whose, *labels.acquaintances_in(met))
    paid = [lines[of].replace(FRIEND, name) for of, name in zip(met.tolist(), names, strict=True)]
    code[named] = len(text) + len(numbered) + whom_of
    written = np.flatnonzero(rows.purpose == Purpose.CHECK)
    number, number_of = np.unique(
        check_numbers(world, rows.user[written], rows.serial[written]), return_inverse=True
    )
    code[written] = len(text) + len(numbered) + len(paid) + number_of
    checks = [f"CHECK {each}" for each in number.tolist()]
    code[local.at] = len(text) + len(numbered) + len(paid) + len(checks) + local.payee
    made = [*numbered, *paid, *checks, *local.lines]
    return code, pa.concat_arrays([text, arrow.text(made)])
