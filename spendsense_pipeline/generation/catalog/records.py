"""What the catalog holds, one frozen record per file: columns as tuples of text and numpy arrays.

Money is whole cents. Weights are relative within their list, never normalised here. An index into
a column is the only key used inside a run; identifiers are for people and for stable entity ids.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.catalog.products import (
    AccountProducts,
    CardProducts,
    Institutions,
)
from spendsense_pipeline.generation.catalog.shopping import (
    Clienteles,
    Merchants,
    Places,
    PostingClasses,
    PriceEndings,
    SpendingGroups,
    TripPurchases,
    VisitKinds,
    rows_by,
    rows_where,
)

BILL_KINDS: Final = (
    "rent",
    "mortgage",
    "electricity",
    "gas",
    "water",
    "waste",
    "internet",
    "telephone",
    "auto_insurance",
    "home_insurance",
    "renters_insurance",
    "health_insurance",
    "life_insurance",
    "car_loan",
    "student_loan",
    "personal_loan",
    "childcare",
    "property_tax",
    "association",
)
"""What a household pays regularly, in the order of its contracts."""

BILLINGS: Final = ("monthly", "every four weeks", "yearly")
"""How often a service is charged."""

NAME_DECADES: Final = (1930, 1940, 1950, 1960, 1970, 1980, 1990, 2000)
"""First years of the decades of birth that names are counted in."""


def entity_id(name: str) -> str:
    """A stable merchant entity id for a name, the same in every run."""
    return "ent_" + hashlib.blake2b(name.encode(), digest_size=10).hexdigest()


@dataclass(frozen=True, eq=False)
class Subscriptions:
    """Services one subscribes to, `S` rows, and the plans they are sold in."""

    names: tuple[str, ...]
    descriptors: tuple[str, ...]
    category_detailed: tuple[str, ...]
    billing: tuple[str, ...]
    """One of BILLINGS."""
    weight: Floats
    """Popularity of what is billed within the year; of a yearly one the percentage who hold it."""
    plans: SubscriptionPlans

    def plans_billed(self, *billings: str) -> Ints:
        """Plans of services billed in one of these ways: `[M]`."""
        return rows_where(np.isin(np.array(self.billing), billings)[self.plans.service])

    def __len__(self) -> int:
        """Number of services."""
        return len(self.names)


@dataclass(frozen=True, eq=False)
class SubscriptionPlans:
    """Price lists, a plan of a service each: `P` rows in the order of the file, `K` entries."""

    service: Ints
    """Row in Subscriptions, `[P]`."""
    valid_from: Ints
    """Days since 1970 from which each entry holds, `[P, K]`; a list shorter than the longest ends
    with entries that never come to hold."""
    price_cents: Ints
    """`[P, K]`; the first entry holds on any day before the second."""

    def price_on(self, plan: Ints, epoch_day: Ints | int) -> Ints:
        """The list price of plans on days.

        Args:
            plan: Row of the plans, `[N]`.
            epoch_day: Days since 1970, `[N]` or one for all.

        Returns:
            Cents, `[N]`.
        """
        plan, day = np.broadcast_arrays(plan, epoch_day)
        entry = (self.valid_from[plan, 1:] <= day[..., np.newaxis]).sum(axis=-1)
        return np.asarray(self.price_cents[plan, entry], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Billers:
    """Whom bills are paid to, `B` rows."""

    names: tuple[str, ...]
    """Of local ones with a placeholder of `shopping.LOCAL_PLACEHOLDERS`, as are their lines."""
    descriptors: tuple[str, ...]
    kind: tuple[str, ...]
    """rent, mortgage, electricity, …: one of BILL_KINDS."""
    category_detailed: tuple[str, ...]
    amount_median_cents: Ints
    amount_sigma: Floats
    """Spread of log amounts across households."""
    monthly_variation: Floats
    """Spread of log amounts month to month within a household; 0 = the same every month."""
    month_profile: Floats
    """`[B, 12]`, January first, mean 1."""
    due_months: Flags
    """Months a bill comes in, `[B, 12]`; a year's amount is spread evenly over them."""
    payment_channel: tuple[str, ...]
    weight: Floats
    serves: Flags
    """`[B, S]`: whether people of each of `Places.state_names` have their bills from it."""

    @functools.cached_property
    def by_kind(self) -> dict[str, Ints]:
        """Rows of each kind of bill, `[M]` each."""
        return rows_by(self.kind)

    @functools.cached_property
    def kind_code(self) -> Ints:
        """Which of BILL_KINDS each is: `[B]`."""
        return np.array([BILL_KINDS.index(kind) for kind in self.kind], dtype=np.int64)

    def __len__(self) -> int:
        """Number of billers."""
        return len(self.names)


@dataclass(frozen=True, eq=False)
class Employers:
    """Who pays, `E` rows: employers, clients of contractors, gig platforms, pension funds, Social
    Security. But for the last all invented."""

    names: tuple[str, ...]
    descriptors: tuple[str, ...]
    kind: tuple[str, ...]
    """employer, contractor, gig, pension or social_security."""
    category_detailed: tuple[str, ...]
    pay_level: tuple[str, ...]
    """low, middle or high: which incomes it suits."""
    weight: Floats

    @functools.cached_property
    def by_kind(self) -> dict[str, Ints]:
        """Rows of each kind of payer, `[M]` each."""
        return rows_by(self.kind)

    @functools.cached_property
    def stem(self) -> Ints:
        """A number for the first word of each name, by which people tell payers apart: `[E]`."""
        words = [name.split()[0] for name in self.names]
        return np.array([words.index(word) for word in words], dtype=np.int64)

    @functools.cached_property
    def by_level(self) -> dict[str, Ints]:
        """Rows of employers (not contractors' clients or platforms) by pay level, `[M]` each."""
        is_employer = np.array(self.kind) == "employer"
        level = np.array(self.pay_level)
        return {
            name: rows_where(is_employer & (level == name))
            for name in dict.fromkeys(self.pay_level)
        }

    def __len__(self) -> int:
        """Number of payers."""
        return len(self.names)


@dataclass(frozen=True, eq=False)
class Counterparties:
    """Who else money comes from and goes to, `P` rows: friends, the tax office, brokers, checks."""

    descriptors: tuple[str, ...]
    """The bank's line; `{number}` stands for the number of a check, `{friend}` for the name of
    whom money goes to or comes from."""
    kind: tuple[str, ...]
    category_detailed: tuple[str, ...]
    merchant_names: tuple[str | None, ...]
    weight: Floats

    @functools.cached_property
    def by_kind(self) -> dict[str, Ints]:
        """Rows of each kind, `[M]` each."""
        return rows_by(self.kind)

    def __len__(self) -> int:
        """Number of counterparties."""
        return len(self.descriptors)


@dataclass(frozen=True, eq=False)
class FirstNames:
    """Given names; `gender_leaning` female, male or nonbinary (given to all)."""

    names: tuple[str, ...]
    gender_leaning: tuple[str, ...]
    weight: Floats
    """Babies in 100,000 who were given it, by NAME_DECADES of their birth: `[N, 8]`."""

    def weight_in(self, birth_year: int) -> Floats:
        """How common each name is among people born in a year, outside the decades as at their
        edge: `[N]`."""
        decade = (birth_year - NAME_DECADES[0]) // 10
        return self.weight[:, min(max(decade, 0), len(NAME_DECADES) - 1)]

    @functools.cached_property
    def by_gender(self) -> dict[str, Ints]:
        """Rows of each leaning, `[M]` each."""
        return rows_by(self.gender_leaning)


@dataclass(frozen=True, eq=False)
class LastNames:
    """Family names."""

    names: tuple[str, ...]
    weight: Floats


@dataclass(frozen=True, eq=False)
class Catalog:
    """Everything a generated life is furnished with."""

    spending_groups: SpendingGroups
    posting_classes: PostingClasses
    visit_kinds: VisitKinds
    clienteles: Clienteles
    price_endings: PriceEndings
    trip_purchases: TripPurchases
    merchants: Merchants
    subscriptions: Subscriptions
    billers: Billers
    employers: Employers
    counterparties: Counterparties
    first_names: FirstNames
    last_names: LastNames
    local_words: tuple[str, ...]
    """What small companies are named for, for `{local}` in names."""
    places: Places
    institutions: Institutions
    card_products: CardProducts
    account_products: AccountProducts

    @functools.cached_property
    def taken_at(self) -> Flags:
        """The merchants that take each card product: `[P, N]`.

        No file but the merchants' own counts them by row: what is about some of them names them,
        and is looked up here, so that it holds whichever merchants a catalog has.
        """
        names = np.array(self.merchants.names)
        return np.array(
            [np.isin(names, stores) | (not stores) for stores in self.card_products.stores],
            dtype=np.bool_,
        )
