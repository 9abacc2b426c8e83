"""What the catalog knows of shopping: kinds of spending, merchants, how they post, and places.

As in `records`: frozen records of columns, money in whole cents, weights relative within a list.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints

Dates = npt.NDArray[np.datetime64]
LOCAL_PLACEHOLDERS: Final = ("{local}", "{owner}", "{town}", "{county}")
"""Stand in names and lines of small companies and of offices, which are others in every town: for a
word they are named for, somebody's given name, the town, the county or whoever else taxes there."""
_CASH_GROUP: Final = "cash_withdrawal"


def rows_where(flags: Flags) -> Ints:
    """Row numbers at which the flags `[N]` hold: `[M]`."""
    return np.flatnonzero(flags).astype(np.int64)


def rows_by(values: tuple[str, ...]) -> dict[str, Ints]:
    """Row numbers of each value of a column `[N]`: `[M]` each."""
    column = np.array(values)
    return {value: rows_where(column == value) for value in dict.fromkeys(values)}


@dataclass(frozen=True, eq=False)
class SpendingGroups:
    """Everyday spending by kind, `G` rows: budget, tickets, channels and when it happens."""

    names: tuple[str, ...]
    category: tuple[str, ...]
    """The operator's spending category (controls) it belongs to; `cash` for cash withdrawn."""
    annual_cents: Ints
    """Spending of the average US household per year."""
    purchase_share: Floats
    """Share of a usual household's everyday purchases, by number; 0 for what is not bought day by
    day: cash, and travel."""
    ticket_median_cents: Ints
    ticket_sigma: Floats
    ticket_cap_cents: Ints
    """The largest ticket a merchant of the group may have."""
    posting_class: Ints
    """Row in PostingClasses of what is bought in person."""
    online_posting_class: Ints
    """The same of what is bought online: goods post when they are sent, meals and rides at once."""
    refund_share: Floats
    """Share of purchases refunded later."""
    weekday_profile: Floats
    """`[G, 7]`, Monday first, mean 1."""
    month_profile: Floats
    """`[G, 12]`, January first, mean 1."""

    def index(self, name: str) -> int:
        """Row of a group by name."""
        return self.names.index(name)

    @functools.cached_property
    def cash(self) -> int:
        """Row of the group of cash withdrawn."""
        return self.index(_CASH_GROUP)

    def __len__(self) -> int:
        """Number of groups."""
        return len(self.names)


@dataclass(frozen=True, eq=False)
class PostingClasses:
    """How long a purchase takes to post, `P` rows: the same for everybody."""

    names: tuple[str, ...]
    business_days_shares: Floats
    """`[P, 4]`: share that posts after 0, 1, 2 and 3 business days."""
    is_tipped: Flags
    """Whether the amount grows by a tip between authorization and posting."""
    hold_least_cents: Ints
    """What is held until the amount is known by who holds least; 0 where the amount itself is."""
    hold_most_cents: Ints
    """The same by who holds most."""

    def index(self, name: str) -> int:
        """Row of a class by name."""
        return self.names.index(name)


@dataclass(frozen=True, eq=False)
class VisitKinds:
    """Kinds of merchants nobody visits twice in a row, `V` rows; the first is no such kind."""

    names: tuple[str, ...]
    days_between: Ints
    """Least days from one visit of a person to the next, at any merchant of the kind."""
    half_needed_days: Floats
    """Days after which a person takes half of the occasions for the next visit, the fewer the
    sooner; 0 where all are taken."""

    def chance(self, kind: Ints, days: Ints) -> Floats:
        """Of occasions for a visit, how many are taken.

        Args:
            kind: Rows of the kinds, `[N]`.
            days: Days since the last visit, `[N]`.

        Returns:
            `[N]`, 0 before the least days are over.
        """
        squared = days.astype(np.float64) ** 2
        half = self.half_needed_days[kind] ** 2
        need = squared / np.maximum(squared + half, 1e-9)
        return np.where(days < self.days_between[kind], 0.0, np.where(half > 0, need, 1.0))


@dataclass(frozen=True, eq=False)
class PriceEndings:
    """How prices end by category of what is sold, one row each; the rest end on any cent."""

    category_detailed: tuple[str, ...]
    whole_share: Floats
    """Share that are multiples of `whole_step_cents`."""
    whole_step_cents: Ints
    ninety_nine_share: Floats
    """Share that end in .99."""

    def index(self, code: str) -> int:
        """Row of a category by its code."""
        return self.category_detailed.index(code)


@dataclass(frozen=True, eq=False)
class TripPurchases:
    """What is bought on trips by category, one row each, beside flights, beds and rented cars."""

    category_detailed: tuple[str, ...]
    driven_share: Floats
    """Relative share of purchases of who came by car."""
    flown_share: Floats
    """The same of who flew, and of who has no car."""


CLIENTELE_FROM_AGES: Final = (18, 30, 45, 65)
"""Ages from which the shares of a clientele hold."""


@dataclass(frozen=True, eq=False)
class Clienteles:
    """Kinds of merchants by who goes to them at all, `K` rows; to the first everybody does."""

    names: tuple[str, ...]
    share_by_age: Floats
    """Of people with children from each of CLIENTELE_FROM_AGES, those who go: `[K, 4]`."""
    without_children_factor: Floats
    """So many times as many of those without."""


@dataclass(frozen=True, eq=False)
class Merchants:
    """Where everyday purchases are made, `N` rows. A merchant has one category."""

    names: tuple[str, ...]
    """Of local ones with a placeholder of LOCAL_PLACEHOLDERS, as are their lines."""
    descriptors: tuple[str, ...]
    """The bank's line; `{store}` stands for the number of the person's own branch."""
    online_descriptors: tuple[str, ...]
    """The line of what is bought online, which has no branch; of who sells only in one way, the
    same as the other."""
    category_detailed: tuple[str, ...]
    group: Ints
    """Row in SpendingGroups."""
    in_store_share: Floats
    ticket_median_cents: Ints
    ticket_sigma: Floats
    ticket_cap_cents: Ints
    """The largest believable ticket."""
    visit_kind: Ints
    """Row in VisitKinds."""
    clientele: Ints
    """Row in Clienteles."""
    weight: Floats
    """Popularity within the group, Zipf-like."""
    serves: Flags
    """`[N, S]`: whether people of each of `Places.state_names` can shop there."""
    closed_on: Dates
    """The last day anything may post there; NaT while it is open."""

    def __len__(self) -> int:
        """Number of merchants."""
        return len(self.names)


@dataclass(frozen=True, eq=False)
class Places:
    """US cities with their state and Census region; weight = inhabitants in thousands."""

    cities: tuple[str, ...]
    states: tuple[str, ...]
    counties: tuple[str, ...]
    """Whom property taxes are paid to: the county, in some states the city or town."""
    regions: tuple[str, ...]
    weight: Floats
    visitor_weight: Floats
    """How many come to stay overnight, relative to one another."""
    latitude: Floats
    longitude: Floats

    @functools.cached_property
    def state_names(self) -> tuple[str, ...]:
        """Every state, in the order of its first city: `[S]`."""
        return tuple(dict.fromkeys(self.states))

    @functools.cached_property
    def state(self) -> Ints:
        """Which of `state_names` each place lies in: `[N]`."""
        return np.array([self.state_names.index(state) for state in self.states], dtype=np.int64)

    @functools.cached_property
    def by_region(self) -> dict[str, Ints]:
        """Rows of each region, `[M]` each."""
        return rows_by(self.regions)
