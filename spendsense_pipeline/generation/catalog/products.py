"""Banks and what one can have of them: institutions, accounts and cards, a record per file."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.catalog.shopping import rows_by

INSTITUTION_KINDS: Final = ("bank", "credit union", "online bank", "card issuer")
"""Where one can have an account, or only a card."""


def institution_id(name: str) -> str:
    """An id for an institution that no file gives one, a lender's: as it is called."""
    return "ins_" + re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


@dataclass(frozen=True, eq=False)
class Institutions:
    """Invented banks, credit unions and card issuers, `I` rows."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    kind: tuple[str, ...]
    """One of INSTITUTION_KINDS."""
    in_region: Flags
    """`[I, 4]`: where each has branches, by Census region; one without branches serves all."""
    other_machine_fee_cents: Ints
    """What each takes of its customers who fetch cash at another's machine, 0 for none."""

    @functools.cached_property
    def is_online(self) -> Flags:
        """Which have no branches: `[I]`."""
        return np.asarray(np.array(self.kind) == "online bank", dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class CardProducts:
    """Credit cards on offer, of invented banks, `P` rows; a range is of what its cards may have."""

    names: tuple[str, ...]
    official_names: tuple[str, ...]
    institution: Ints
    """The issuer, a row of Institutions: `[P]`."""
    payment_descriptors: tuple[str, ...]
    """How a bank calls payments to the issuer."""
    stores: tuple[tuple[str, ...], ...]
    """Names of the only merchants that take it; none for one all take. See `Catalog.taken_at`."""
    limit_least_usd: Floats
    limit_most_usd: Floats
    apr_least_percent: Floats
    apr_most_percent: Floats
    age_least: Floats
    """Years of age at which it is given."""
    age_most: Floats
    income_least_usd: Floats
    """Monthly income from which it is given."""
    weight: Floats

    @functools.cached_property
    def is_of_store(self) -> Flags:
        """Which are a store's own: `[P]`."""
        return np.array([bool(stores) for stores in self.stores], dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class AccountProducts:
    """Deposit accounts on offer, of invented banks."""

    subtypes: tuple[str, ...]
    names: tuple[str, ...]
    official_names: tuple[str, ...]
    institution: Ints
    """The bank, a row of Institutions: `[P]`."""
    apy_percent: Floats
    weight: Floats

    @functools.cached_property
    def by_subtype(self) -> dict[str, Ints]:
        """Rows of each Plaid subtype, `[M]` each."""
        return rows_by(self.subtypes)
