"""One person on one screen, where the data leave things open."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from spendsense_pipeline.cli.output import NO_DATA
from spendsense_pipeline.cli.person import show_person
from spendsense_pipeline.publishing.loading import load_rows
from spendsense_pipeline.publishing.publish import Dataset
from spendsense_pipeline.reporting.dataset_reader import DatasetReader
from spendsense_pipeline.reporting.person import view_person
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    HISTORY_START,
    a_card,
    a_transaction,
    a_user,
    an_account,
)
from spendsense_pipeline_tests.fixtures.traced_people import a_traced_world, resolved_with


def test_accounts_without_balance_name_and_kind_are_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    con = a_traced_world(
        users=[a_user()],
        accounts=[
            an_account(balance_current=None),
            a_card(balance_current=None),
            an_account("odd", type="other", subtype=None, name=None, balance_current=None),
        ],
        transactions=[a_transaction("30.00", AS_OF)],
    )
    con.execute(OPERATOR_CONTROLS.create_sql())
    load_rows(con, OPERATOR_CONTROLS, resolved_with().to_rows())
    now = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    dataset = Dataset("d", AS_OF, HISTORY_START, 1, None, "c", "r", "v", None, now, Path("d"))
    show_person(view_person(DatasetReader(con, dataset), "user_0000"))
    con.close()
    lines = capsys.readouterr().out.splitlines()
    [odd] = [line for line in lines if line.strip().startswith("other")]
    assert NO_DATA in odd.split()
    assert any("$30.00" in line for line in lines)
    assert "None" not in odd
