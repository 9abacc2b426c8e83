"""What each person's attributes are: cards, pay, rhythm, subscriptions, savings, and their words.

What each person is dealt is decided in `sampling`.
"""

from __future__ import annotations

from dataclasses import dataclass

from spendsense_pipeline.generation.population import People
from spendsense_pipeline.generation.quota_sampling import Flags
from spendsense_pipeline.generation.randomness import Floats, Ints

CADENCES = ("weekly", "biweekly", "semimonthly", "monthly", "irregular")
WEEKLY, BIWEEKLY, SEMIMONTHLY, MONTHLY, IRREGULAR = range(5)
BANDS = ("low", "medium", "high", "critical")
NO_CARD, LOW, MEDIUM, HIGH, CRITICAL = -1, 0, 1, 2, 3
PAYS_FREELY, PAYS_LATE, PAYS_MINIMUM = range(3)
CARDS_PER_USER_MAX = 2


@dataclass(frozen=True)
class Profiles:
    """Sampled attributes of people, one array entry each (`[U]`, cards `[U, 2]`)."""

    people: People
    card_count: Ints
    card_band: Ints
    """NO_CARD, or index into BANDS."""
    card_payment: Ints
    """PAYS_FREELY, PAYS_LATE or PAYS_MINIMUM; the last two only on high and critical cards."""
    cadence: Ints
    """Index into CADENCES."""
    rhythm: Ints
    """`targets.Rhythm`."""
    subscription_count: Ints
    subscription_spend_usd: Floats
    """Wanted monthly total; 0 for who has none."""
    savings_transfer_usd: Floats
    """Wanted monthly transfer; 0 for who has no standing order."""
    savings_growth_share: Floats
    """Growth over six months the opening savings balance is set for."""
    saves_weekly: Flags
    """Standing order every week instead of every second one."""
    is_high_spender: Flags
    is_joint: Flags
    has_business: Flags
