"""People made for a test: their tables as Arrow, frames, records or Plaid's responses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.controls import DataGenerationConfig, OperatorControls
from spendsense_pipeline.generation import GeneratedTables, PersonaSkewedGenerator
from spendsense_pipeline.settings import FEWEST_USERS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_DATASET_ID = "spendsense_pipeline.testing"


@dataclass(frozen=True)
class Made:
    """People and their bank data as of a day.

    Attributes:
        as_of: the day the balances are of; no row is later.
        tables: users, accounts, transactions and liabilities, as Arrow tables in that order.
    """

    as_of: dt.date
    tables: GeneratedTables

    @property
    def user_ids(self) -> list[str]:
        """Everybody, in order of number."""
        return [str(user) for user in self.tables.users.column("user_id").to_pylist()]

    @property
    def user_id(self) -> str:
        """The one person there is.

        Raises:
            ValueError: when there are several.
        """
        if len(self.user_ids) != 1:
            message = f"there are {len(self.user_ids)} people: use user_ids"
            raise ValueError(message)
        return self.user_ids[0]

    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables as pandas frames, by name."""
        return {name: table.to_pandas() for name, table in self._named().items()}

    def records(self) -> dict[str, list[dict[str, Any]]]:
        """The tables as lists of dicts, by name; money as `Decimal`."""
        return {name: table.to_pylist() for name, table in self._named().items()}

    def plaid(self) -> dict[str, dict[str, Any]]:
        """By user_id, what Plaid answers: bodies by endpoint, of `/transactions/sync` all pages."""
        from spendsense_pipeline.plaid.person import Person
        from spendsense_pipeline.publishing.exports.plaid import responses

        rows = self.records()
        newest_first = sorted(rows["transactions"], key=lambda row: row["transaction_id"])
        newest_first.sort(key=lambda row: row["date"], reverse=True)
        answers = {}
        for user_id in self.user_ids:
            accounts, transactions, liabilities = (
                [row for row in table if row["user_id"] == user_id]
                for table in (rows["accounts"], newest_first, rows["liabilities"])
            )
            person = Person(user_id, accounts, transactions, liabilities, streams=[])
            answers[user_id] = {
                "/accounts/get": responses.accounts_get(person, _DATASET_ID),
                "/transactions/sync": list(responses.transactions_sync(person, _DATASET_ID)),
                "/liabilities/get": responses.liabilities_get(person, _DATASET_ID),
            }
        return answers

    def _named(self) -> Mapping[str, pa.Table]:
        return self.tables._asdict()


def a_person(
    persona: str | None = None,
    *,
    as_of: dt.date,
    seed: int = 42,
    months: int = 6,
    history_start: dt.date | None = None,
    **controls: Any,
) -> Made:
    """One consenting person.

    The same arguments make the same rows. With a `history_start` the person lives on as `as_of`
    moves; without one the world begins `months` before it.

    Args:
        persona: the one they have in both windows (`savings_builder`); None: an ordinary person.
        as_of: the day the data is of.
        seed: another seed, another person.
        months: of history; personas need about four to show.
        history_start: the first day of the history, instead of `months`.
        controls: any operator control, by name.

    Returns:
        The person.

    Raises:
        ControlsError: naming a persona or control that is not, and what is allowed.
    """
    if persona is not None:
        controls = {"target_personas": [persona], **controls}
    made = a_population(
        num_users=FEWEST_USERS,
        as_of=as_of,
        seed=seed,
        months=months,
        history_start=history_start,
        **controls,
    )
    first = made.user_ids[0]
    return Made(as_of, GeneratedTables(*(_of(table, first) for table in made.tables)))


def a_population(
    *,
    as_of: dt.date,
    num_users: int = 100,
    persona_weights: Mapping[str, float] | None = None,
    seed: int = 42,
    months: int = 6,
    history_start: dt.date | None = None,
    **controls: Any,
) -> Made:
    """People who all consent; person k is the same whatever their number.

    Args:
        as_of: the day the data is of.
        num_users: how many.
        persona_weights: share of each persona, summing to 1; None: a natural population.
        seed: another seed, other people.
        months: of history.
        history_start: the first day of the history, instead of `months`.
        controls: any operator control, by name.

    Returns:
        The people.

    Raises:
        ControlsError: naming what cannot be, and what is allowed.
    """
    if persona_weights is not None:
        controls = {"persona_weights": dict(persona_weights), **controls}
    config = DataGenerationConfig(
        num_users=num_users,
        seed=seed,
        months_history=months,
        history_start=history_start,
        generation_timestamp=as_of,
    )
    asked = OperatorControls(**{"consent_rate": 1.0, **controls})
    return Made(as_of, PersonaSkewedGenerator(config, asked).generate_all())


def _of(table: pa.Table, user_id: str) -> pa.Table:
    import pyarrow.compute as pc

    return table.filter(pc.field("user_id") == user_id)
