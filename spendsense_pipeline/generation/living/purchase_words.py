"""The words drawn for every purchase, and what each of them decides."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints, Words
from spendsense_pipeline.generation.behaviours.posting import LAG_BITS
from spendsense_pipeline.generation.bit_fields import WORD_BITS, BitFields
from spendsense_pipeline.generation.living.tastes import GROUP_BITS
from spendsense_pipeline.generation.price_endings import ENDING_BITS
from spendsense_pipeline.generation.randomness import bits, words_each
from spendsense_pipeline.generation.shops import TABLE_BITS
from spendsense_pipeline.generation.world import World

_NUMBER: Final = BitFields(day=16, serial=9)
"""Day of a purchase and which of the user's day: the number of its draws, so it never changes."""
CHOICES: Final = BitFields(
    group=GROUP_BITS,
    merchant=TABLE_BITS,
    price=TABLE_BITS,
    goes_to_favourite=8,
    favourite=8,
    fetches_cash=4,
)
"""What the first word decides."""
SETTLEMENT: Final = BitFields(
    pays_with=12,
    lag=LAG_BITS,
    is_refunded=16,
    refund_delay=6,
    channel=10,
    ending=ENDING_BITS,
    cheaper=4,
)
"""What the second word decides."""
REFUND: Final = BitFields(
    part=12, is_liked=8, liked=3, at_home=8, instead=TABLE_BITS, need=8, stays=8, spare=5
)
"""What the third word decides."""
DISPUTE: Final = BitFields(
    unused=8, is_taken_back=8, taken_back_after=8, credited_after=8, noticed_after=8, is_disputed=24
)
"""What the fourth word decides."""
_WORDS: Final = {
    "purchase": CHOICES,
    "purchase_settlement": SETTLEMENT,
    "purchase_refund": REFUND,
    "dispute": DISPUTE,
}
"""By what each is drawn for."""
_LAYOUT: Final = [
    (word, *field) for word, of in enumerate(_WORDS.values()) for field in of.layout()
]
_WORD, _SHIFT, _MASK = (np.array([field[part] for field in _LAYOUT]) for part in (0, 2, 3))
_ROW: Final = {name: row for row, (_, name, _, _) in enumerate(_LAYOUT)}
"""No two fields have one name."""

LIKED_KINDS: Final = REFUND.size("liked")


class Draws:
    """What is drawn for purchases, by field of their words: `[N]` each."""

    def __init__(self, values: Ints) -> None:
        """Hold a row for each field: `[F, N]`."""
        self._values = values

    @classmethod
    def of(cls, words: Words) -> Draws:
        """Take words apart, all fields at once: a call for each would take ten times as long.

        Args:
            words: `[W, N]`, in the order they are declared in.
        """
        fields: Words = words.take(_WORD, axis=0)
        fields >>= _SHIFT[:, np.newaxis]
        fields &= _MASK[:, np.newaxis]
        return cls(fields.view(np.int64))

    def __getitem__(self, field: str) -> Ints:
        """Whole numbers below the field's size, `[N]`."""
        drawn: Ints = self._values[_ROW[field]]
        return drawn

    def where(self, at: Ints) -> Draws:
        """The same of some of the purchases, `[M]`, in that order."""
        return Draws(self._values.take(at, axis=1))


class PurchaseWords:
    """Draws the words of purchases."""

    def __init__(self, world: World) -> None:
        """Make the keys of a shard's people."""
        self._keys = np.stack([world.keys(purpose) for purpose in _WORDS])

    def of_day(self, day: int, user: Ints, serial: Ints) -> Draws:
        """What is drawn for a day's purchases.

        Args:
            day: The day.
            user: Who buys, `[N]`.
            serial: Which of the user's purchases of the day it is, `[N]`.

        Returns:
            `[N]`.
        """
        # As `_NUMBER` packs it, without looking every day whether it fits.
        number = (day << _NUMBER.width("serial")) + serial
        return Draws.of(words_each(self._keys.take(user, axis=1), number))


def liked_kinds(world: World) -> Ints:
    """The draws of a group that many purchases of a person share: the kinds they like best.

    Args:
        world: The shard.

    Returns:
        GROUP_BITS bits each, `[U, LIKED_KINDS]`.
    """
    word = world.words("liked_kind", np.arange(LIKED_KINDS))
    return bits(word, WORD_BITS - GROUP_BITS, GROUP_BITS)
