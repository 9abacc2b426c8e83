"""Purchases that are disputed: a credit for the time being, mostly for good, some taken back."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints, places
from spendsense_pipeline.generation.behaviours.credit import Cards
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.living.purchase_words import DISPUTE, Draws
from spendsense_pipeline.generation.living.settling import Purchases
from spendsense_pipeline.generation.postings import Purpose, Slot
from spendsense_pipeline.generation.world import World

# An adult disputes a purchase about every fourth year, mostly one made online (some 105 million
# disputes in the US in 2025, Datos Insights for Mastercard, from memory; the split is judged).
ONLINE_SHARE: Final = 0.0038
IN_STORE_SHARE: Final = 0.0003
LEAST_CENTS: Final = 1_500
"""Nobody disputes less (judged)."""
NOTICED_DAYS: Final = (2, 21)
"""After the purchase has posted, until its holder says so (judged)."""
CREDITED_DAYS: Final = (1, 14)
"""Until it is credited: ten business days at most (Regulation E)."""
TAKEN_BACK_SHARE: Final = 0.28
"""Of credits, those that are reversed when the merchant is right (judged: merchants win a fifth to
a third of disputes)."""
TAKEN_BACK_DAYS: Final = (25, 45)
"""After the credit: a bank has 45 days to find out (Regulation E)."""
CARRIED_MAX_SHARE: Final = 0.02
"""Of the limit of a card that carries a balance, what is disputed at most."""
TAKEN_BACK_MAX_SHARE: Final = 0.04
"""Of the limit of a card that is paid in full, what is taken back at most: its holder keeps well
clear of the limit, and nobody charges what they will have to pay after all."""
_SERIAL: Final = BitFields(days_later=7, purchase=4)
"""Unique among a day's: which purchase of how many days ago; nobody disputes two purchases of a
day that lie sixteen apart."""
_MOST_DRAWS: Final = max(ONLINE_SHARE, IN_STORE_SHARE) * DISPUTE.size("is_disputed")
_DAYS: Final = (
    ("noticed_after", NOTICED_DAYS),
    ("credited_after", CREDITED_DAYS),
    ("taken_back_after", TAKEN_BACK_DAYS),
)


class _Movement(NamedTuple):
    """What is credited or taken back on a day, `[N]`."""

    purpose: Purpose
    person: Ints
    slot: Ints
    cents: Ints
    serial: Ints


class Disputes:
    """Credits on their way, and what is taken back of them."""

    def __init__(self, world: World, labels: Labels, cards: Cards) -> None:
        """Begin with none.

        Args:
            world: The shard in chapters.
            labels: How the bank calls them.
            cards: The cards of every chapter, `[C]`.
        """
        self._world = world
        self._labels = {
            purpose: labels.counterparty(kind, world.words("dispute_label", 0))
            for purpose, kind in (
                (Purpose.DISPUTE_CREDIT, "provisional_credit"),
                (Purpose.DISPUTE_REVERSAL, "provisional_credit_reversed"),
            )
        }
        is_carried = ~cards.is_paid_in_full
        most = np.where(is_carried, CARRIED_MAX_SHARE * cards.limit_cents, np.inf)
        self._most_cents = np.append(most, np.inf)
        self._most_back_cents = np.append(TAKEN_BACK_MAX_SHARE * cards.limit_cents, np.inf)
        self._slots = np.append(cards.slot, int(Slot.CHECKING))
        self._group = labels.catalog.merchants.group
        self._cash = labels.catalog.spending_groups.cash
        self._coming: dict[int, list[_Movement]] = {}

    def of_day(self, day: int, purchases: Purchases, draws: Draws) -> None:
        """See which purchases of a day will be disputed.

        Args:
            day: The day.
            purchases: What is bought, `[N]`.
            draws: What is drawn for each, `[N]`.
        """
        draw = draws["is_disputed"]
        maybe = places(draw < _MOST_DRAWS)
        if maybe.size == 0:
            return
        share = np.where(purchases.is_online[maybe], ONLINE_SHARE, IN_STORE_SHARE)
        cents = purchases.cents[maybe]
        disputed: Flags = draw[maybe] / DISPUTE.size("is_disputed") < share
        disputed &= (purchases.refund_day[maybe] < 0) & (cents >= LEAST_CENTS)
        disputed &= cents <= self._most_cents[purchases.card[maybe]]
        disputed &= self._group[purchases.merchant[maybe]] != self._cash
        at = maybe[disputed]
        if at.size == 0:
            return
        bought, draws = purchases.where(at), draws.where(at)
        noticed, credited, taken = (
            low + draws[field] % (high - low + 1) for field, (low, high) in _DAYS
        )
        calendar, chapters = self._world.calendar, self._world.chapters
        person, slot = chapters.person[bought.user], self._slots[bought.card]
        cents, serial = bought.cents, bought.serial
        credited_on = calendar.on_or_after(bought.settles + noticed + credited).astype(np.int64)
        self._expect(day, credited_on, Purpose.DISPUTE_CREDIT, person, slot, -cents, serial)
        is_small = cents <= self._most_back_cents[bought.card]
        last = draws["is_taken_back"] / DISPUTE.size("is_taken_back")
        back = places(is_small & (last < TAKEN_BACK_SHARE))
        self._expect(
            day,
            calendar.on_or_after(credited_on[back] + taken[back]).astype(np.int64),
            Purpose.DISPUTE_REVERSAL,
            person[back],
            slot[back],
            cents[back],
            serial[back],
        )

    def begin_day(self, day: int, balances: Balances, diary: Diary) -> None:
        """Credit what is credited on a day, and take back what is taken back.

        Args:
            day: The day.
            balances: What everybody has and owes.
            diary: Where it is written.
        """
        chapters = self._world.chapters
        for purpose, person, slot, cents, serial in self._coming.pop(day, ()):
            user = chapters.on(person, np.full(person.size, day))
            diary.write(
                user.size,
                user=user,
                slot=slot,
                day=day,
                authorized=day,
                cents=cents,
                label=self._labels[purpose][person],
                purpose=int(purpose),
                serial=serial,
            )
            on_card = slot != Slot.CHECKING
            np.subtract.at(balances.checking, user[~on_card], cents[~on_card])
            card = balances.card_of[slot[on_card] - Slot.CARD_1, user[on_card]]
            np.add.at(balances.owed, card, cents[on_card])

    def _expect(
        self,
        day: int,
        coming: Ints,
        purpose: Purpose,
        person: Ints,
        slot: Ints,
        cents: Ints,
        serial: Ints,
    ) -> None:
        number = _SERIAL.pack(
            days_later=np.minimum(coming - day, _SERIAL.size("days_later") - 1),
            purchase=serial % _SERIAL.size("purchase"),
        ).astype(np.int64)
        # Some purchases in a year: days on which there are any are few.
        for each in np.unique(coming).tolist():
            at = places(coming == each)
            movement = _Movement(purpose, person[at], slot[at], cents[at], number[at])
            self._coming.setdefault(each, []).append(movement)
