"""The catalog is complete, unambiguous and says what to do."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from pathlib import Path

import duckdb
import pytest

import spendsense_pipeline.checks
from spendsense_pipeline.checks import CHECKS, run_all, run_checks
from spendsense_pipeline.checks.outcome import Check, CheckOutcome, Finding
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.controls import DataGenerationConfig, OperatorControls
from spendsense_pipeline.recommendations.guardrails import GUARDRAILS
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.household_by_hand import a_valid_world
from spendsense_pipeline_tests.fixtures.rows import (
    HISTORY_START,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
)

FOLDER = Path(spendsense_pipeline.checks.__file__).parent


def test_every_check_has_one_name_per_asset() -> None:
    assert not [key for key, n in Counter((c.asset, c.name) for c in CHECKS).items() if n > 1]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.asset}.{check.name}")
def test_a_check_says_what_it_promises_and_what_to_do(check: Check) -> None:
    assert check.description.endswith(".")
    assert check.remedy.endswith(".")
    assert check.bound
    assert check.name == check.name.lower()
    assert check.blocking == (check.severity == "ERROR")
    assert (check.imported == "skip") == bool(check.imported_reason)


def test_every_query_file_is_a_check_or_read_by_one() -> None:
    folders = {check.asset for check in CHECKS}
    names = {(check.asset, check.name) for check in CHECKS}
    read = {"subscriptions_scored"}
    stray = [
        path
        for path in FOLDER.rglob("*.sql")
        if path.parent.name in folders
        and (path.parent.name, path.name.split(".")[0]) not in names
        and path.stem not in read
    ]
    assert stray == []


def test_every_query_opens_with_what_it_promises() -> None:
    for path in FOLDER.rglob("*.sql"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("-- "), path


def test_what_is_advised_of_imported_people_is_no_control() -> None:
    controls = {*DataGenerationConfig.model_fields, *OperatorControls.model_fields, "control"}
    for check in CHECKS:
        if check.imported == "warn":
            remedy = check.imported_remedy or check.remedy
            named = {word for word in re.findall(r"[a-z_]+", remedy) if word in controls}
            assert not named, f"{check.name}: nobody made these people by {named}"
            assert "target it" not in remedy
            assert "generator" not in remedy


def test_schema_keys_consent_and_replay_block_imported_data_too() -> None:
    kept = {
        check.name.removeprefix(f"{check.table}_") for check in CHECKS if check.imported == "keep"
    }
    assert kept == {
        "row_count_is_declared",
        "schema_is_declared",
        "keys_are_unique",
        "references_exist",
        "values_are_allowed",
        "only_consenting_people",
        "every_consenting_person",
        "every_assignment_is_traced",
        "traces_replay",
        "balances_follow_the_ledger",
        "last_month_is_as_assigned",
        *(guardrail.name for guardrail in GUARDRAILS),
    }


def an_import() -> duckdb.DuckDBPyConnection:
    """Rows as an import leaves them: no opening balances, no truth, nobody dated by us."""
    return a_warehouse(
        users=[a_user(created_at=None)],
        accounts=[an_account(opening_balance=None)],
        transactions=[a_transaction(merchant_name=None, category_primary="MADE_UP")],
    )


def outcomes_of(
    con: duckdb.DuckDBPyConnection, *, preset: str | None = None
) -> dict[str, CheckOutcome]:
    raw = ["raw_users", "raw_accounts", "raw_transactions", "raw_liabilities", "card_statements"]
    resolved = a_configuration(history_start=HISTORY_START)
    resolved = dataclasses.replace(resolved, preset=preset)
    # Who wrote down a household by hand asked for those who are in it.
    con.execute(
        "create temp table operator_controls as select 'config' as section, 'num_users' as name, "
        "count(*)::varchar as value from raw_users"
    )
    found = run_all(con, resolved, assets=raw)
    con.execute("drop table temp.operator_controls")
    return {f"{outcome.asset}.{outcome.name}": outcome for outcome in found}


def test_imported_rows_are_recognised_and_not_held_to_the_generators_promises() -> None:
    found = outcomes_of(an_import(), preset="imported")
    assert found["raw_accounts.balances_reconcile"].skipped
    assert "generator" in str(found["raw_accounts.balances_reconcile"].skipped)
    categories = found["raw_transactions.categories_are_plaids"]
    assert "import_report" in str(categories.skipped)
    assert not [outcome.sentence() for outcome in found.values() if outcome.blocks]


def test_generated_rows_are_recognised_too() -> None:
    con = a_valid_world().warehouse()
    con.execute("delete from stream_truth")
    assert not outcomes_of(con)["raw_accounts.balances_reconcile"].skipped


def test_a_missing_table_fails_its_checks() -> None:
    con = a_valid_world().warehouse()
    con.execute("drop table card_statements")
    (check,) = (c for c in CHECKS if (c.asset, c.name) == ("card_statements", "schema_is_declared"))
    (found,) = run_checks(con, [check], a_configuration())
    assert found.blocks
    assert found.failing_rows == [{"missing_table": "card_statements"}]


def test_a_missing_column_fails_what_reads_it_and_nothing_else() -> None:
    con = a_valid_world().warehouse()
    con.execute("alter table raw_liabilities drop column apr_percentage")
    found = outcomes_of(con)
    failed = {name for name, outcome in found.items() if outcome.blocks}
    assert failed == {
        "raw_liabilities.schema_is_declared",
        "card_statements.interest_is_computed",
        "card_statements.medium_cards_pay_above_minimum",
    }
    (row,) = found["card_statements.interest_is_computed"].failing_rows
    assert "apr_percentage" in row["cannot_be_checked"]


def test_a_full_disk_is_no_finding() -> None:
    full = duckdb.IOException("Could not write file: No space left on device")

    def measure(_: CheckRun) -> Finding:
        raise full

    check = Check("n", "raw_users", "ERROR", "D.", "R.", "0 rows", measure, "keep")
    with pytest.raises(duckdb.IOException, match="No space left"):
        run_checks(a_warehouse(), [check], a_configuration())


def test_nothing_staged_is_left_behind() -> None:
    con = a_valid_world().warehouse()
    outcomes_of(con)
    tables = con.execute("select table_name from duckdb_tables() where temporary").fetchall()
    assert tables == []


def test_a_read_only_database_can_be_checked(tmp_path: Path) -> None:
    path = tmp_path / "world.duckdb"
    con = a_valid_world().warehouse()
    con.execute(f"attach '{path}' as copy")
    con.execute("copy from database memory to copy")
    con.execute("detach copy")
    with duckdb.connect(str(path), read_only=True) as reader:
        assert not [o.sentence() for o in outcomes_of(reader).values() if o.blocks]


def _always(_: CheckRun) -> Finding:
    return Finding(True, 1)


def test_outcomes_are_plain_values() -> None:
    check = Check("n", "raw_users", "ERROR", "D.", "R.", "0 rows", _always, "keep")
    (found,) = run_checks(a_warehouse(), [check], a_configuration())
    assert found.to_json()["figure"] == 1.0
    assert type(found.passed) is bool
    assert found.sentence().startswith("ok ")
