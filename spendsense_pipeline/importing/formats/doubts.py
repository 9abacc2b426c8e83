"""Whether files of one name are of one account, and accounts of two names are two: what their rows
have in common says.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from spendsense_pipeline.importing.formats.accounts import FoundAccount
from spendsense_pipeline.importing.formats.folders import ExportFile
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.plaid.accounts import CREDIT
from spendsense_pipeline.sql import QueryFolder

_QUERIES = QueryFolder(__package__)
# As few rows may agree, or differ, by chance.
_FEWEST_STRANGE = 3
_FEWEST_ALIKE = 5
_ALIKE_SHARE = 0.9
_FEWEST_OF_A_CARD = 8
_MOST_PAID_BACK = 0.75


def refuse_strangers(
    con: duckdb.DuckDBPyConnection,
    accounts: Sequence[FoundAccount],
    files: Sequence[ExportFile],
) -> None:
    """Files that only their names make one account must agree on the days they both cover.

    Raises:
        ImportProblemsError: naming the files that have no row in common.
    """
    guessed = [a.account_id for a in accounts if a.is_file_alone and not a.is_said]
    _tell(con, "_file::varchar", guessed)
    problems = [
        Problem(
            "ambiguous_account",
            f"{files[int(one)].name} and {files[int(two)].name}",
            f"are named as downloads of one account, and of {of_one} and {of_two} rows of the days "
            "both cover none is the same",
            "Say in an accounts.csv beside them (columns file, account_id) whether they are one "
            "account or two: one account_id, or two.",
        )
        for one, two, one_account, two_account, of_one, of_two, common in con.execute(
            "select * from alike"
        ).fetchall()
        if one_account == two_account and not common and min(of_one, of_two) >= _FEWEST_STRANGE
    ]
    if problems:
        raise ImportProblemsError(problems)


def note_doubles(
    con: duckdb.DuckDBPyConnection, accounts: Sequence[FoundAccount], report: ImportReport
) -> None:
    """Accounts whose rows are the same are one account that two names were given."""
    named = {account.account_id: account for account in accounts}
    _tell(con, "account_id", [a.account_id for a in accounts if a.is_file_alone and not a.is_said])
    for one, two, _, _, of_one, of_two, common in con.execute("select * from alike").fetchall():
        if common >= _FEWEST_ALIKE and common >= _ALIKE_SHARE * max(of_one, of_two):
            report.note(
                named[one].files[0],
                f"{common} of its {of_one} rows of the days both cover are also in "
                f"{named[two].files[0]}, which is taken for another account",
                "If they are one account, give both one account_id in an accounts.csv beside them "
                "(columns file, account_id).",
                rows=common,
            )


def note_turned_cards(
    con: duckdb.DuckDBPyConnection, accounts: Sequence[FoundAccount], report: ImportReport
) -> None:
    """A card that is mostly paid back to is one whose sign is the other way round."""
    named = {account.account_id: account for account in accounts}
    for account_id, rows, refunds in con.execute(
        "select account_id, count(*), count(*) filter (where amount like '-%') from arrived "
        "group by account_id order by account_id"
    ).fetchall():
        account = named[account_id]
        is_strange = rows >= _FEWEST_OF_A_CARD and refunds > _MOST_PAID_BACK * rows
        if account.type == CREDIT and is_strange:
            report.note(
                account.files[0],
                f"{refunds} of {rows} rows of {account.label!r} are refunds or payments",
                "If they are charges, this is another bank's file, or the sign is to be turned: "
                "map the transactions with negate.",
                rows=refunds,
            )


def _tell(con: duckdb.DuckDBPyConnection, source: str, account_ids: Sequence[str]) -> None:
    """Create `alike` of the accounts, told apart by `source`."""
    con.execute(
        f"create or replace temp table told_rows as select own.user_id, {source} as source, "
        "arrived.account_id, date, amount, name from arrived inner join own_account as own "
        "using (account_id) where pending is distinct from 'true' "
        "and list_contains(?::varchar[], account_id)",
        [list(account_ids)],
    )
    _QUERIES.create(con, "alike", "alike.sql", {})
