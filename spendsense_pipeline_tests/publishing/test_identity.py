"""Tables say what they were made from, and a step refuses inputs that disagree."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.identity import (
    Stamp,
    code_version,
    read_stamps,
    require_inputs,
    require_one_dataset,
    source_version,
    stamp_table,
)
from spendsense_pipeline_tests.fixtures.rows import AS_OF, a_warehouse
from spendsense_pipeline_tests.fixtures.tiny_dataset import a_config


def test_a_stamp_is_read_back_and_lost_with_the_table() -> None:
    con, stamp = a_warehouse(), Stamp.of(a_config())
    stamp_table(con, "raw_users", stamp)
    assert read_stamps(con)["raw_users"] == stamp
    con.execute("create or replace table raw_users (user_id varchar)")
    assert read_stamps(con)["raw_users"] is None


@pytest.mark.parametrize(
    ("made_from", "why"),
    [
        (None, "is not there"),
        (a_config(seed=1), "was made from configuration"),
        (a_config(AS_OF - dt.timedelta(days=1)), "as of 2026-06-29"),
    ],
)
def test_inputs_that_disagree_are_named_with_what_to_do(made_from: object, why: str) -> None:
    con, resolved = a_warehouse(), a_config()
    stamp_table(con, "raw_users", Stamp.of(resolved))
    if made_from is not None:
        stamp_table(con, "raw_accounts", Stamp.of(made_from))  # type: ignore[arg-type]
    with pytest.raises(SpendSenseError, match=why) as caught:
        require_inputs(
            con, step="features_30d", inputs=["raw_users", "raw_accounts"], resolved=resolved
        )
    assert "materialize raw_accounts first" in str(caught.value)
    assert "demo_refresh" in str(caught.value)


def test_an_edit_of_the_code_is_fine_between_steps_but_not_in_what_is_published() -> None:
    con, resolved = a_warehouse(), a_config()
    now = Stamp.of(resolved)
    stamp_table(con, "raw_users", Stamp(now.config_hash, "made by older code", now.as_of))
    require_inputs(con, step="features_30d", inputs=["raw_users"], resolved=resolved)
    with pytest.raises(SpendSenseError, match="code has changed since raw_users was made"):
        require_one_dataset(con, ["raw_users"], resolved)
    stamp_table(con, "raw_users", now)
    require_one_dataset(con, ["raw_users"], resolved)


def test_a_comment_somebody_else_wrote_is_no_stamp() -> None:
    con = a_warehouse()
    con.execute("comment on table raw_users is 'my notes'")
    assert read_stamps(con)["raw_users"] is None


def test_the_code_version_follows_any_source_file(tmp_path: Path) -> None:
    assert code_version() == code_version()
    assert len(code_version()) == 16
    assert source_version("publishing") != source_version("controls")
