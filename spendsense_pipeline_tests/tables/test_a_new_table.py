"""A table declared here alone turns up wherever tables are listed, without another edit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

# Declares `loan_offers` and `raw_leases` before anything asks for tables, fills the first in a small
# warehouse, and says where they were found.
PROGRAM = """
import json, sys
from pathlib import Path

from spendsense_pipeline import tables
from spendsense_pipeline.tables.declaration import MONEY, AnyCount, Column, PipelineTable, RowCount, Stage, Step
from spendsense_pipeline.tables.raw import ACCOUNT_KEY, GENERATED, USER_KEY

ADVISE = Stage("advise")
LOAN_OFFERS = PipelineTable(
    "loan_offers",
    "One row per consenting person: the loan they might be offered.",
    (
        Column("user_id", "VARCHAR", "The person"),
        Column("rate", "DOUBLE", "Yearly rate offered", unit="percent"),
    ),
    primary_key=("user_id",),
    order_by=("user_id",),
    foreign_keys=(USER_KEY,),
    step=Step("loan_offers", ADVISE, "look for loans"),
    rows=RowCount("one per account", "select count(*) from raw_accounts"),
)
RAW_LEASES = PipelineTable(
    "raw_leases",
    "One row per leased thing.",
    (
        Column("account_id", "VARCHAR", "Account it is paid from"),
        Column("user_id", "VARCHAR", "Holder"),
        Column("origination_date", "DATE", "Day the lease began"),
        Column("escrow_balance_usd", MONEY, "Held in escrow", unit="USD", nullable=True),
    ),
    primary_key=("account_id",),
    order_by=("user_id", "account_id"),
    foreign_keys=(ACCOUNT_KEY, USER_KEY),
    step=GENERATED,
    rows=AnyCount("not everybody leases"),
)
tables.TABLES = (*tables.TABLES[:-1], RAW_LEASES, LOAN_OFFERS, tables.TABLES[-1])

import duckdb

from docs import generate
from spendsense_pipeline.checks import CHECKS, run_checks
from spendsense_pipeline.launching.progress import stage_name
from spendsense_pipeline.defs.publish import INPUTS
from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES
from spendsense_pipeline.importing.layout import required_columns
from spendsense_pipeline.importing.relations import _RULES
from spendsense_pipeline.publishing.exports.documents import write_json
from spendsense_pipeline.publishing.exports.selection import Selection
from spendsense_pipeline.reporting.summary import row_counts
from spendsense_pipeline.scaling.shard import SHARD_TABLES
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.rows import a_user, a_warehouse, an_account, insert

people = [a_user("user_0000"), a_user("user_0001", consent_status="denied")]
con = a_warehouse(users=people, accounts=[an_account("a0", "user_0000"), an_account("a1", "user_0001")])
for table in tables.tables_in("dataset"):
    con.execute(table.create_sql().replace("create or replace table", "create table if not exists"))
insert(con, LOAN_OFFERS, [{"user_id": p["user_id"], "rate": 4.5} for p in people])
before = run_checks(con, [c for c in CHECKS if c.asset == "loan_offers"], a_configuration())
con.execute("delete from loan_offers where user_id = 'user_0001'")
after = run_checks(con, [c for c in CHECKS if c.asset == "loan_offers"], a_configuration())

class Reader:
    pass

reader = Reader()
reader.con = con
folder = Path(sys.argv[1])
write_json(Selection.of(con, tables.tables_in("exports")), folder)
pages = generate.rendered()
print(json.dumps({
    "checked, a row too many": [o.name for o in before if not o.passed],
    "checked, a row too few": [o.name for o in after if not o.passed],
    "checks": sorted(o.name for o in after),
    "published": "loan_offers" in INPUTS,
    "imported": required_columns(IMPORTABLE_TABLES["leases"]),
    "held to": [rule.kind for rule in _RULES if rule.table == "leases"],
    "summary": list(row_counts(reader))[-3:],
    "exported": json.loads((folder / "loan_offers.json").read_text()),
    "sharded": LOAN_OFFERS in SHARD_TABLES,
    "progress": stage_name("loan_offers"),
    "documented": "## `loan_offers`" in pages["tables.md"] and "## `loan_offers`" in pages["checks.md"],
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("export")
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


def test_it_turns_up_wherever_tables_are_listed(found: dict[str, object]) -> None:
    assert found == {
        "checked, a row too many": ["only_consenting_people"],
        "checked, a row too few": ["row_count_is_declared"],
        "checks": [
            "keys_are_unique",
            "only_consenting_people",
            "references_exist",
            "row_count_is_declared",
            "schema_is_declared",
        ],
        "published": True,
        "imported": ["account_id", "origination_date"],
        "held to": ["duplicate_id", "unknown_account", "contradicting_holder"],
        "summary": ["evaluation", "raw_leases", "loan_offers"],
        "exported": [{"user_id": "user_0000", "rate": 4.5}],
        "sharded": True,
        "progress": "look for loans",
        "documented": True,
    }
