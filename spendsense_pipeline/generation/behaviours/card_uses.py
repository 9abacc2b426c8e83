"""What cards are for: how each use of a card holds the balance it is meant to stand at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class CardUse(IntEnum):
    """What a card is for, which decides how it is used and paid."""

    IN_FULL = 0
    """Everyday purchases, every statement paid in full."""
    HEAVY_IN_FULL = 1
    """As many purchases as the limit allows, every statement paid in full."""
    PROMOTION = 2
    """A balance carried at 0 % beside some everyday use."""
    HIGH = 3
    """A balance carried at interest, above half of the limit."""
    CRITICAL = 4
    """The same, near the limit."""


@dataclass(frozen=True)
class UseOfCard:
    """How a card is used: the share of the limit it is meant to stand at, and how it gets there."""

    set_point: tuple[float, float]
    """Where use of the limit settles: holders spread over it evenly, or as `towards_low` says."""
    purchase_share: float
    """Of purchases that go on a card paid in full while its use is at the set point; of a balance
    that is carried, what its holder is used to paying decides (`card_payments`)."""
    answer: float
    """How much more of them the further use lies below the set point, per whole limit."""
    ceiling: float
    """Use no purchase is made beyond: it goes on the debit card."""
    floor: float = 0.0
    """Use a holder is not used to being below: near it nearly everything is bought on the card, and
    little more than the minimum is paid."""
    towards_low: float = 1.0
    """Power of the even draw of a set point: above 1 most holders are near the lower end."""


# The shares were found by simulating 400 households over two years: cards keep to their bands on
# 99.5 % of nights (cards paid in full swing wider than a band, whatever one does).
USES: dict[CardUse, UseOfCard] = {
    CardUse.IN_FULL: UseOfCard((0.02, 0.22), 0.66, 2.5, 0.27, towards_low=3.0),
    CardUse.HEAVY_IN_FULL: UseOfCard((0.39, 0.43), 0.86, 4.0, 0.485),
    CardUse.PROMOTION: UseOfCard((0.33, 0.465), 0.0, 1.2, 0.492, 0.305),
    CardUse.HIGH: UseOfCard((0.53, 0.74), 0.0, 0.7, 0.775, 0.505),
    CardUse.CRITICAL: UseOfCard((0.87, 0.95), 0.0, 0.7, 0.965, 0.825),
}
TIGHT_PURCHASE_SHARE = 0.14
"""Of purchases, what a household that runs out puts on a card it pays in full."""
STORE_CARD_SHARE = 0.5
"""Of second cards that are little used, those of a store their holder goes to again and again, if
one has a card (judged)."""
STORE_CARD_SET_POINT = 0.03
"""Use of a store's card at most, where it settles; it grows with what is bought there."""
STORE_CARD_PURCHASE_SHARE = 0.85
"""Of purchases at its store."""
PURCHASE_SHARE_RANGE = (0.01, 0.92)
