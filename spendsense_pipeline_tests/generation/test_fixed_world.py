"""The world is fixed and as_of is a clock: nobody depends on how many there are, on shards, on the
process, or on how far the clock has been advanced."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import os
import subprocess
import sys

import pyarrow as pa
import pytest

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.generation import generate
from spendsense_pipeline.generation.quota_sampling import BLOCK_USERS
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    a_configuration,
    a_population,
    rows,
)

START = dt.date(2026, 1, 1)
PRESETS = (None, "balanced", "overlap_testing")


def digests(resolved: ResolvedConfig, shard_users: int = 1_000) -> list[str]:
    """A fingerprint of every generated table, as plain values."""
    shards = list(generate(resolved, shard_users=shard_users))
    found = []
    for number, declared in enumerate(GENERATED_TABLES):
        whole = pa.concat_tables([shard[number].cast(declared.arrow_schema) for shard in shards])
        sink = hashlib.sha256()
        for column in whole.combine_chunks().columns:
            sink.update(repr(column.to_pylist()).encode())
        found.append(sink.hexdigest())
    return found


@pytest.mark.parametrize(
    "preset", ["overlap_testing", *(pytest.param(p, marks=pytest.mark.long) for p in PRESETS[:2])]
)
def test_person_k_is_the_same_among_ten_a_hundred_and_a_thousand(preset: str | None) -> None:
    found = []
    for users in (10, 100, 1_000):
        con = a_population(a_configuration(preset=preset, config={"num_users": users}))
        found.append(
            [
                rows(con, f"from {table} where user_id < 'user_0010' order by all")
                for table in ("raw_users", "raw_accounts", "raw_transactions", "raw_liabilities")
            ]
        )
    assert found[0] == found[1] == found[2]
    assert len(found[0][2]) > 1_000


def beyond_a_block() -> ResolvedConfig:
    """More people than a block of quotas holds."""
    return a_configuration(
        preset="balanced", config={"num_users": BLOCK_USERS + 10, "months_history": 2}
    )


@functools.cache
def in_one_piece() -> list[str]:
    return digests(beyond_a_block())


@pytest.mark.parametrize("shard_users", [pytest.param(7, marks=pytest.mark.long), 64, BLOCK_USERS])
def test_rows_do_not_depend_on_the_shards_they_are_made_in(shard_users: int) -> None:
    # Shards that end within a block, at its end and beyond.
    assert digests(beyond_a_block(), shard_users) == in_one_piece()


# A month's end, a holiday weekend, the day the planning horizon moves, a year later.
_DAYS = (dt.date(2026, 5, 31), dt.date(2026, 6, 30), dt.date(2026, 7, 3), dt.date(2027, 1, 31))
_IN_SHORT = {(None, _DAYS[0]), ("balanced", _DAYS[1]), ("overlap_testing", _DAYS[2])}


@pytest.mark.parametrize(
    ("preset", "today"),
    [
        pytest.param(preset, day, marks=[] if (preset, day) in _IN_SHORT else pytest.mark.long)
        for preset in PRESETS
        for day in _DAYS
    ],
)
def test_tomorrows_dataset_cut_today_is_todays(preset: str | None, today: dt.date) -> None:
    tomorrow = today + dt.timedelta(days=1)
    now, later = (
        a_population(
            a_configuration(
                preset=preset, as_of=as_of, history_start=START, config={"num_users": 60}
            )
        )
        for as_of in (today, tomorrow)
    )
    posted = "from raw_transactions where not pending and date <= $1 order by transaction_id"
    assert now.execute(posted, [today]).fetchall() == later.execute(posted, [today]).fetchall()
    for query in (
        "from raw_users order by user_id",
        "select account_id, opening_balance, opened_on, balance_limit from raw_accounts order by 1",
    ):
        assert rows(now, query) == rows(later, query)
    issued = "from card_statements where issued_on <= $1 order by statement_id"
    assert now.execute(issued, [today]).fetchall() == later.execute(issued, [today]).fetchall()


@pytest.mark.long
def test_thirty_nights_one_by_one_are_one_build_thirty_nights_later() -> None:
    first = dt.date(2026, 4, 20)
    known: dict[str, tuple[object, ...]] = {}
    for night in range(31):
        con = a_population(
            a_configuration(
                as_of=first + dt.timedelta(days=night),
                history_start=START,
                config={"num_users": 12},
            )
        )
        tonight = {row[0]: row for row in rows(con, "from raw_transactions where not pending")}
        # What was published stays as it was; a night only adds.
        assert known.items() <= tonight.items()
        known = tonight
    last = a_population(
        a_configuration(
            as_of=first + dt.timedelta(days=30), history_start=START, config={"num_users": 12}
        )
    )
    assert known == {row[0]: row for row in rows(last, "from raw_transactions where not pending")}


SHOWN = """
    account_id, user_id, authorized_date, authorized_amount, name, merchant_name,
    merchant_entity_id, payment_channel, category_primary, category_detailed, city, state
"""


@pytest.mark.parametrize(
    "days_later",
    [4, pytest.param(1, marks=pytest.mark.long), pytest.param(40, marks=pytest.mark.long)],
)
def test_what_was_pending_on_an_earlier_day_is_a_query(days_later: int) -> None:
    # After a Sunday and before one, so that many rows wait and some holds stand.
    for today in (dt.date(2026, 5, 24), dt.date(2026, 6, 27)):
        now, later = (
            a_population(
                a_configuration(as_of=as_of, history_start=START, config={"num_users": 150})
            )
            for as_of in (today, today + dt.timedelta(days=days_later))
        )
        pending = rows(
            now, f"select transaction_id, date, {SHOWN} from raw_transactions where pending"
        )
        of_that_day = later.execute(
            f"""
            select
              case when pending then transaction_id else pending_transaction_id end,
              authorized_date,
              {SHOWN}
            from raw_transactions
            where authorized_date <= $day and (pending or date > $day)
              and (pending or pending_transaction_id is not null)
              and transaction_id not in (select pending_transaction_id from pending_truth)
            union all
            select pending_transaction_id, authorized_date, {SHOWN} from pending_truth
            where authorized_date <= $day and (vanished_on is null or vanished_on > $day)
            """,
            {"day": today},
        ).fetchall()
        assert len(pending) > 50
        assert all(today - row[1] <= dt.timedelta(days=5) for row in pending)
        assert sorted(map(repr, of_that_day)) == sorted(map(repr, pending))


_OTHER_PROCESS = """
import datetime as dt
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.generation.test_fixed_world import digests
print(" ".join(digests(a_configuration(preset="balanced", config={"num_users": 40}))))
"""


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "OMP_NUM_THREADS": "1", "LC_ALL": "C"},
        pytest.param(
            {"PYTHONHASHSEED": "4242", "TZ": "America/Los_Angeles"}, marks=pytest.mark.long
        ),
    ],
)
def test_another_process_makes_the_same_rows(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _OTHER_PROCESS],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    resolved = a_configuration(preset="balanced", config={"num_users": 40})
    assert done.stdout.split() == digests(resolved)


def test_a_control_changes_no_other_behaviours_draws() -> None:
    # What happens to people hangs on how they live, and so on what they subscribe to.
    usual, more_subscriptions = (
        a_population(
            a_configuration(config={"num_users": 100}, controls=NOTHING_HAPPENS | controls)
        )
        for controls in ({}, {"subscription_monthly_spend_range": (40, 160)})
    )
    for query in (
        "select user_id, date, amount, name from raw_transactions where name like '%PAYROLL%'",
        "select user_id, opened_on, mask, balance_limit from raw_accounts",
        "select user_id, date, amount, name from raw_transactions"
        # Whether a bank sends one back is no draw: it hangs on what is in the account.
        " where category_primary = 'RENT_AND_UTILITIES' and amount > 0",
    ):
        assert rows(usual, query + " order by all") == rows(
            more_subscriptions, query + " order by all"
        )
