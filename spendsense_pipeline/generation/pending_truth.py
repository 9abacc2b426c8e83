"""`pending_truth`: what was pending once and never posted, so that any earlier day can be told."""

from __future__ import annotations

from typing import Any

from spendsense_pipeline.generation import arrow
from spendsense_pipeline.generation.descriptions import described
from spendsense_pipeline.generation.ledger import Ledger
from spendsense_pipeline.generation.postings import account_index
from spendsense_pipeline.generation.tables import identifiers, table
from spendsense_pipeline.tables.raw import PENDING_TRUTH


def holds_table(ledger: Ledger) -> Any:
    """Every hold that was let go by as_of, or still stands and will be, a row each."""
    household, holds = ledger.household, ledger.holds
    world = household.world
    ids, start = identifiers(world), world.calendar.first_date
    return table(
        PENDING_TRUTH,
        {
            "pending_transaction_id": arrow.hex_text(ledger.hold_identity, "t"),
            "account_id": arrow.coded(account_index(holds.user, holds.slot), ids.account_column),
            "user_id": arrow.coded(holds.user, ids.user_column),
            "authorized_date": arrow.dates(holds.authorized, start),
            "authorized_amount": arrow.money(holds.cents),
            "vanished_on": arrow.dates(holds.day, start, holds.day > world.as_of_day),
            **described(household, holds),
        },
    )
