"""The banks that people of a dataset have accounts with: what an app would link to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.publishing.consent import read_decisions, withdrawn

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class Institution:
    """One bank.

    Attributes:
        institution_id: as Plaid would call it; None where rows that were brought in name none.
        name: of the bank.
        people: who consent and have an account there.
        deposits: their accounts that hold money.
        cards: their credit cards.
        loans: their loans.
    """

    institution_id: str | None
    name: str | None
    people: int
    deposits: int
    cards: int
    loans: int


def institutions(published: DatasetReader, settings: Settings) -> tuple[Institution, ...]:
    """The banks, those with the most people first; of people who consent now.

    Args:
        published: the dataset.
        settings: where consent decisions are.
    """
    rows = published.rows(
        "select account.institution_id, account.institution_name as name, "
        "count(distinct account.user_id) as people, "
        "count(*) filter (account.type = 'depository') as deposits, "
        "count(*) filter (account.type = 'credit') as cards, "
        "count(*) filter (account.type = 'loan') as loans "
        "from raw_accounts as account join raw_users as person using (user_id) "
        "where person.consent_status = 'granted' "
        "and not list_contains($withdrawn::varchar[], account.user_id) "
        "group by all order by people desc, name",
        {"withdrawn": withdrawn(read_decisions(settings))},
    )
    return tuple(Institution(**row) for row in rows)
