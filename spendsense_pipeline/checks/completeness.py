"""Who must be in a derived table and who must not: consent, and everybody who gave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spendsense_pipeline.checks.outcome import Finding
from spendsense_pipeline.tables.features import WINDOWS

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun
    from spendsense_pipeline.tables.declaration import Table


def only_consenting_people(table: Table) -> Callable[[CheckRun], Finding]:
    """No row of the table belongs to a person who has not granted consent.

    A table that names accounts and no people is asked for the people who hold them.
    """
    owner, rows = "row", f'"{table.name}" as row'
    if table.person_key == "account_id":
        owner = "account"
        rows += " left join raw_accounts as account on account.account_id = row.account_id"
    query = (
        f"select {owner}.user_id, person.consent_status, count(*) as rows "
        f"from {rows} left join raw_users as person on person.user_id = {owner}.user_id "
        "where person.consent_status is distinct from 'granted' group by all"
    )

    def measure(run: CheckRun) -> Finding:
        return run.failing(query)

    return measure


def every_consenting_person(table: Table) -> Callable[[CheckRun], Finding]:
    """Each consenting person has exactly one row."""
    query = (
        "select person.user_id, count(row.user_id) as rows from raw_users as person "
        f'left join "{table.name}" as row on row.user_id = person.user_id '
        "where person.consent_status = 'granted' group by person.user_id "
        "having count(row.user_id) <> 1"
    )

    def measure(run: CheckRun) -> Finding:
        return run.failing(query)

    return measure


def every_consenting_person_in_both_windows(table: Table) -> Callable[[CheckRun], Finding]:
    """Each consenting person has exactly one row for every window."""
    windows = ", ".join(f"({days})" for days in WINDOWS)
    query = (
        "select person.user_id, windows.window_days, count(row.user_id) as rows "
        f"from raw_users as person cross join (values {windows}) as windows(window_days) "
        f'left join "{table.name}" as row '
        "on row.user_id = person.user_id and row.window_days = windows.window_days "
        "where person.consent_status = 'granted' group by all having count(row.user_id) <> 1"
    )

    def measure(run: CheckRun) -> Finding:
        return run.failing(query)

    return measure
