"""What small companies and offices are called where they are: another one in every town.

Their names hold a placeholder; which landlord, diner or county a row means follows from its place.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.living.purchase_rows import bought_on
from spendsense_pipeline.generation.places import branches
from spendsense_pipeline.generation.postings import NO_PLACE, OF_CONTRACTS, Postings
from spendsense_pipeline.generation.randomness import integers, mix64
from spendsense_pipeline.generation.world import World

_PAYEE: Final = BitFields(label=20, place=12, branch=5)
"""A line and which of those who are called so in a town it means."""
_OTHER_WORDS: Final = 8
"""How many words are tried for a name that is taken."""
_NAMED: Final = BitFields(payee=20, place=12, branch=5, part=1)


@dataclass(frozen=True)
class LocalPayees:
    """Rows paid to somebody local, `[M]` of `[N]`, and what `[K]` payees are called."""

    at: Ints
    """Which rows, `[M]`."""
    payee: Ints
    """Which of the payees each means, `[M]`."""
    lines: list[str]
    """The bank's line for each payee, `[K]`."""
    names: list[str]
    """What each is called, `[K]`."""


def local_payees(world: World, labels: Labels, rows: Postings) -> LocalPayees:
    """Whom rows are paid to, where that is another one in every town.

    Args:
        world: The shard, everybody in their first chapter.
        labels: Names with placeholders, and through them the catalog.
        rows: `[N]`.

    Returns:
        The payees.
    """
    at = np.flatnonzero(labels.is_local[rows.label])
    rows = rows.where(at)
    places = labels.catalog.places
    moves = plan_moves(world, places)
    day = bought_on(rows)
    home = moves.homes(rows.user, day)
    place = np.where(rows.place == NO_PLACE, home, rows.place)
    has_moved = moves.has_moved(rows.user, day)
    branch = branches(world, places, rows.user, labels.payee(rows.label), place, has_moved)
    # A contract is with one and the same, wherever in town one lives.
    branch = np.where(np.isin(rows.purpose, OF_CONTRACTS), 0, branch)
    key, payee = np.unique(
        _PAYEE.pack(label=rows.label, place=place, branch=branch), return_inverse=True
    )
    which = (_PAYEE.take(key, name) for name in ("label", "place", "branch"))
    return LocalPayees(at, payee, *called(labels, *which))


def called(labels: Labels, label: Ints, place: Ints, branch: Ints) -> tuple[list[str], list[str]]:
    """What payees are called.

    Args:
        labels: Names with placeholders.
        label: A local label each, `[K]`.
        place: Row of the places, `[K]`.
        branch: Which of those who are called so in that town, `[K]`.

    Returns:
        The bank's line of each, and its name: `[K]` each.
    """
    catalog, places = labels.catalog, labels.catalog.places
    payee, owners = labels.payee(label), _owners(catalog)
    word, owner = (
        mix64(_NAMED.pack(payee=payee, place=place, branch=branch, part=part)) for part in (0, 1)
    )
    lines, names, taken = [], [], _names_taken(labels)
    for of, where, local, given in zip(
        label.tolist(),
        place.tolist(),
        integers(word, len(catalog.local_words)).tolist(),
        integers(owner, len(owners)).tolist(),
        strict=True,
    ):
        # Nobody small is called as somebody else everywhere is: the next word, then.
        for step in range(_OTHER_WORDS):
            filled = {
                "{local}": catalog.local_words[(local + step) % len(catalog.local_words)],
                "{owner}": owners[(given + step) % len(owners)],
                "{town}": places.cities[where],
                "{county}": places.counties[where],
            }
            line, name = labels.table.name[of], labels.table.merchant_name[of] or ""
            for placeholder, text in filled.items():
                line, name = line.replace(placeholder, text), name.replace(placeholder, text)
            if name not in taken:
                break
        lines.append(line.upper().replace("'", "").replace(".", ""))
        names.append(name)
    return lines, names


@functools.lru_cache(maxsize=2)
def _names_taken(labels: Labels) -> frozenset[str]:
    """What those are called who are called the same everywhere."""
    names = zip(labels.table.merchant_name, labels.is_local.tolist(), strict=True)
    return frozenset(name for name, is_local in names if name and not is_local)


@functools.lru_cache(maxsize=2)
def _owners(catalog: Catalog) -> tuple[str, ...]:
    """Given names of who owns a shop: those of grown-ups that are common enough to be heard of."""
    names, weight = catalog.first_names.names, catalog.first_names.weight[:, 2:6].sum(axis=1)
    return tuple(name for name, of in zip(names, weight.tolist(), strict=True) if of > 0.1)
