"""Which card pays for a purchase, or the debit card: by how each is meant to be used."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, bounded
from spendsense_pipeline.generation.attributes import PaymentHabit
from spendsense_pipeline.generation.behaviours.card_uses import (
    PURCHASE_SHARE_RANGE,
    STORE_CARD_PURCHASE_SHARE,
    TIGHT_PURCHASE_SHARE,
    USES,
    CardUse,
)
from spendsense_pipeline.generation.behaviours.credit import SECOND_CARD_FACTOR, Cards
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.targets import Rhythm, is_targeted
from spendsense_pipeline.generation.world import World

# Cards take the larger tickets: the share of purchases by what they cost, times the usual share
# (Diary of Consumer Payment Choice: credit 35 % of payments by number, 1.5 x the debit ticket).
_TICKET_EDGES_CENTS: Final = np.array([800, 2_000, 6_000, 15_000])
# Who pays the minimum, or late, turns to the card for what the account does not hold (judged).
_CARD_BY_TICKET: Final = np.array([[0.5, 0.85, 1.2, 1.6, 2.0], [0.1, 0.3, 1.0, 3.0, 5.0]])
NEAR_FLOOR_SHARE = 0.035
"""Of the limit, above the floor of its use: with no more on it, a card takes nearly all."""
FLOOR_ANSWER = 25.0
TIGHT_STATEMENT_SHARE = 0.06
"""Of a month's income, what who runs out owes at most on a card paid in full."""
KEPT_LOW_CEILING = 0.21
"""Use of the limit beyond which people whose cards are to stay low buy nothing on them: a trip that
is booked on the card comes on top."""


class Paying:
    """Decides how purchases are paid, day by day."""

    def __init__(self, world: World, cards: Cards, catalog: Catalog) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            cards: The cards of the shard, `[C]`.
            catalog: What they are, and who takes them.
        """
        everywhere = np.ones((1, len(catalog.merchants)), dtype=np.bool_)
        self._takes = np.concatenate([catalog.taken_at[cards.product], everywhere])
        uses = cards.use
        share = np.array([USES[each].purchase_share for each in CardUse])[uses]
        share = np.where(cards.is_paid_in_full, share, cards.purchase_share)
        is_tight = world.profiles.rhythm[cards.user] == Rhythm.PAYCHECK_TO_PAYCHECK
        share = np.where(is_tight & cards.is_paid_in_full, TIGHT_PURCHASE_SHARE, share)
        heavy = np.zeros(world.users, dtype=np.bool_)
        heavy[cards.user[uses == CardUse.HEAVY_IN_FULL]] = True
        is_second = heavy[cards.user] & (uses == CardUse.IN_FULL)
        share = np.where(is_second, share * SECOND_CARD_FACTOR, share)
        share = np.where(cards.is_of_store, STORE_CARD_PURCHASE_SHARE, share)
        self._share = np.append(share, 0.0)
        answer = np.array([USES[each].answer for each in CardUse])[uses]
        is_steady = (is_tight & cards.is_paid_in_full) | is_second | cards.is_of_store
        answer = np.where(is_steady, 0.0, answer)
        self._answer = np.append(answer, 0.0)
        people = world.profiles.people
        is_kept_low = is_targeted(people.target, lambda way: way.cards == "low")
        kept_cents = np.where(
            is_kept_low[cards.user], KEPT_LOW_CEILING * cards.limit_cents, cards.limit_cents
        )
        most_cents = np.minimum(cards.ceiling_cents, kept_cents)
        # Out of what is gone by payday no large statement is paid in full.
        payable_cents = people.income_monthly_usd[cards.user] * 100 * TIGHT_STATEMENT_SHARE
        most_cents = np.where(
            is_tight & cards.is_paid_in_full, np.minimum(most_cents, payable_cents), most_cents
        )
        self._ceiling = np.append(most_cents, 0.0)
        is_last_resort = cards.payment != PaymentHabit.FREELY
        self._by_ticket = np.append(is_last_resort, False).astype(np.int64)
        self._set_point = np.append(cards.set_point, 0.0)
        floor = np.array([USES[each].floor + NEAR_FLOOR_SHARE for each in CardUse])[uses]
        self._near_floor = np.append(np.where(cards.is_paid_in_full, 0.0, floor), 0.0)
        self._limit = np.append(cards.limit_cents, 1)

    def card_of(
        self,
        user: Ints,
        first_of: Ints,
        merchant: Ints,
        cents: Ints,
        drawn: Floats,
        balances: Balances,
    ) -> Ints:
        """Which card pays, the further below its set point the likelier; else the debit card.

        Args:
            user: Who buys, `[N]` in order of user.
            first_of: Where the purchases of the same user begin, `[N]`.
            merchant: Where, row of the catalog's merchants, `[N]`.
            cents: What it costs, `[N]`.
            drawn: A share in [0, 1) each, `[N]`.
            balances: What everybody has and owes.

        Returns:
            A card each, nobody's for the debit card: `[N]`.
        """
        owes = balances.owed + balances.pending_owed
        used = owes / self._limit
        share = self._share + self._answer * (self._set_point - used)
        share += FLOOR_ANSWER * np.maximum(self._near_floor - used, 0)
        share = bounded(share, *PURCHASE_SHARE_RANGE)
        share[balances.nobodys] = 0.0
        both = balances.card_of.take(user, axis=1)
        goes_on = share[both] * self._takes[both, merchant]
        together = goes_on[0] + goes_on[1]
        goes_on *= np.minimum(1.0, PURCHASE_SHARE_RANGE[1] / np.maximum(together, 1e-9))
        goes_on *= _CARD_BY_TICKET[self._by_ticket[both], _TICKET_EDGES_CENTS.searchsorted(cents)]
        first, second = both
        card = np.where(drawn < goes_on[0] + goes_on[1], second, balances.nobodys)
        card = np.where(drawn < goes_on[0], first, card)
        # Several purchases of a day share what room there is below the ceiling.
        before = running_before(first_of, cents, card != balances.nobodys)
        room = (self._ceiling - owes)[card] - before
        return np.where(cents <= room, card, balances.nobodys)


def running_before(first_of: Ints, cents: Ints, counts: Flags) -> Ints:
    """What those of the user's purchases that count come to earlier in the day.

    Args:
        first_of: Where the purchases of the same user begin, `[N]`.
        cents: `[N]`, in order of user.
        counts: Which count, `[N]`.

    Returns:
        Cents, `[N]`.
    """
    counted = cents * counts
    before = counted.cumsum() - counted
    return before - before[first_of]
