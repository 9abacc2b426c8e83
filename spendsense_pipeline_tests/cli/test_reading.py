"""Commands that only read: what they show is what the dataset holds, for people and for programs alike."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pytest

from spendsense_pipeline.checks import CHECKS
from spendsense_pipeline_tests.fixtures.command import Answer, run


def _rows(data_dir: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def _someone(data_dir: Path, consent: str = "granted") -> str:
    sql = f"select min(user_id) from raw_users where consent_status = '{consent}'"
    return str(_rows(data_dir, sql)[0][0])


def test_refresh_ends_with_the_summary(refreshed: tuple[Path, Answer]) -> None:
    _, answer = refreshed
    assert answer.code == 0, answer.err
    for part in (
        "Rows",
        "Personas",
        "Coverage",
        "Controls:",
        "Evaluation:",
        "Checks:",
        "Seconds per stage",
        "Next:",
    ):
        assert part in answer.out
    for stage in ("generate people and transactions", "judge", "explain", "verify and publish"):
        assert stage in answer.err, "progress is on stderr, a line per stage"


def test_summary_holds_the_figures_of_the_dataset(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The file alone says them: here are no books of the run that made it.
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    content = run("summary", "--json").json
    for table, count in content["rows"].items():
        assert _rows(published, f"select count(*) from {table}") == [(count,)]
    [(consenting,)] = _rows(
        published, "select count(*) from raw_users where consent_status = 'granted'"
    )
    assert content["consenting"] == consenting
    for row in content["mix"]:
        for days in (30, 180):
            sql = f"select count(*) from persona_assignments where window_days = {days} and primary_persona = '{row['persona']}'"
            assert _rows(published, sql) == [(row[f"people_{days}d"],)]
            assert row[f"assigned_{days}d"] == pytest.approx(row[f"people_{days}d"] / consenting)
    assert sum(row["people_30d"] for row in content["mix"]) == consenting
    figures = content["evaluation"]["figures"]
    assert [(f["metric"], f["segment"], f["passed"]) for f in figures] == _rows(
        published, "select metric, segment, passed from evaluation"
    )
    assert {"coverage", "guardrail_recall", "fairness"} <= {f["metric"] for f in figures}
    assert len(content["checks"]) == len(CHECKS)
    assert {"generate", "published_dataset"} <= {stage["stage"] for stage in content["stages"]}


def test_checks_run_again_agree_with_those_of_the_run(published: Path) -> None:
    of_the_run = run("summary", "--json").json["checks"]
    again = run("summary", "--check", "--json")
    assert again.code == 0
    assert {(c["asset"], c["name"]): c["passed"] for c in again.json["checks"]} == {
        (c["asset"], c["name"]): c["passed"] for c in of_the_run
    }


def test_a_person_on_one_screen(published: Path) -> None:
    user_id = _someone(published)
    view = run("user", user_id, "--json").json
    sql = f"select account_id, balance_current from raw_accounts where user_id = '{user_id}'"
    assert {a["account_id"]: a["balance_current"] for a in view["accounts"]} == {
        account: float(balance)  # type: ignore[arg-type]
        for account, balance in _rows(published, sql)
    }
    [features] = _rows(
        published,
        f"select subscription_count, total_spend_usd from features_30d where user_id = '{user_id}'",
    )
    shown = {f["name"]: f["value_30d"] for f in view["features"]}
    assert (shown["subscription_count"], shown["total_spend_usd"]) == features
    assert any(
        "Subscription-Heavy" in line
        for f in view["features"]
        if f["name"] == "subscription_count"
        for line in f["lines"]
    )
    text = run("user", user_id).out
    for part in (
        user_id,
        "Accounts",
        "Cash flow by month",
        "Features",
        view["decisions"][0]["title"],
    ):
        assert part in text


@pytest.mark.parametrize("has_business", [False, True])
def test_monthly_cash_flow_leaves_own_transfers_and_businesses_out(
    published: Path, has_business: bool
) -> None:
    owners = {
        str(user_id): str(account)
        for user_id, account in _rows(
            published,
            "select user_id, account_id from raw_accounts join raw_users using (user_id) "
            "where holder_category = 'business' and consent_status = 'granted'",
        )
    }
    user_id = min(owners) if has_business else _someone(published)
    months = {m["month"]: m for m in run("user", user_id, "--json").json["months"]}
    sql = (
        "select strftime(date, '%Y-%m'), account_id, category_primary, category_detailed, amount "
        f"from raw_transactions where user_id = '{user_id}' and not pending and account_id not in "
        "(select account_id from raw_accounts where type = 'loan')"
    )
    flow = {"money_in": dict.fromkeys(months, 0.0), "money_out": dict.fromkeys(months, 0.0)}
    for month, account, primary, detailed, amount in _rows(published, sql):
        is_own = str(primary).startswith("TRANSFER_") and detailed != "TRANSFER_OUT_WITHDRAWAL"
        if is_own or detailed == "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT":
            continue
        if account != owners.get(user_id):
            usd = float(amount)  # type: ignore[arg-type]
            flow["money_in" if usd < 0 else "money_out"][str(month)] += abs(usd)
    for name, expected in flow.items():
        assert {m: v[name] for m, v in months.items()} == pytest.approx(expected)


def test_a_trace_is_the_stored_one(published: Path) -> None:
    user_id = _someone(published)
    for days in ("30", "180"):
        [(stored,)] = _rows(
            published,
            f"select trace from decision_traces where user_id = '{user_id}' and window_days = {days}",
        )
        assert run("trace", user_id, "--window", days, "--json").json == json.loads(str(stored))
    both = run("trace", user_id)
    assert "30 days to" in both.out
    assert "180 days to" in both.out
    assert json.loads(str(stored))["explanation"][:60] in both.out.replace("\n", " ")
    assert "< 1 month " in both.out  # the threshold of the cushion, in words
    assert "> 45 days" in both.out


def test_nothing_is_shown_of_a_person_without_consent(published: Path) -> None:
    rows = _rows(published, "select user_id from raw_users where consent_status <> 'granted'")
    assert rows, "the population has someone who did not consent"
    user_id = str(rows[0][0])
    view = run("user", user_id, "--json").json
    assert view["withheld"]
    shown = [
        part for part in ("accounts", "streams", "months", "features", "decisions") if view[part]
    ]
    assert shown == []
    answer = run("trace", user_id)
    assert answer.code == 2
    assert "only people who granted it" in answer.err


def test_calibration_figures_are_percentiles_of_the_features(
    published: Path, tmp_path: Path
) -> None:
    lines = run("calibrate", "--window", "180", "--json").json
    for line in lines:
        values = [
            float(v)  # type: ignore[arg-type]
            for (v,) in _rows(published, f"select {line['feature']} from features_180d")
            if v is not None
        ]
        assert line["people_with_data"] == len(values)
        if values and line["unit"] != "yes/no":
            expected = np.percentile(values, [25, 50, 75, 90])
            assert list(line["percentiles"].values()) == pytest.approx(list(expected))
    file = tmp_path / "thresholds.json"
    assert run("calibrate", "--write", file, "--at", "75").code == 0
    assert run("config", "check", file).code == 0
    asked = json.loads(file.read_text(encoding="utf-8"))["thresholds"]
    count = next(line for line in lines if line["feature"] == "subscription_count")
    assert asked["subscription_heavy_subscription_count"] == max(
        1, round(count["percentiles"]["75"])
    )
    assert run("calibrate", "--write", file).code == 2, "a file is not overwritten"


TABLES = (
    ("summary",),
    ("user", "SOMEONE"),
    ("trace", "SOMEONE"),
    ("presets",),
    ("presets", "overlap_testing"),
    ("config", "show"),
    ("calibrate",),
    ("diff", "current", "current"),
    ("rollback", "--list"),
    ("consent", "list"),
)


@pytest.mark.parametrize("words", TABLES, ids=" ".join)
def test_whatever_prints_a_table_prints_json(published: Path, words: tuple[str, ...]) -> None:
    words = tuple(_someone(published) if word == "SOMEONE" else word for word in words)
    answer = run(*words, "--json")
    assert answer.code == 0, answer.err
    assert answer.json is not None
    assert run(*words).code == 0


@pytest.mark.parametrize("words", TABLES, ids=" ".join)
def test_no_colours_when_piped(published: Path, words: tuple[str, ...]) -> None:
    words = tuple(_someone(published) if word == "SOMEONE" else word for word in words)
    answer = run(*words)
    assert "\033" not in answer.out + answer.err


def test_a_dataset_differs_from_itself_in_nothing(published: Path) -> None:
    content = run("diff", "current", "current", "--json").json
    assert content["controls"] == []
    assert content["people_whose_persona_changed"] == 0
    assert all(
        d["first"] == d["second"] for part in ("rows", "mix", "coverage") for d in content[part]
    )


def test_diff_names_what_differs(published: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as con:
        con.execute(f"attach '{published / 'spendsense.duckdb'}' as source (read_only)")
        con.execute("copy from database source to other")
        con.execute("update operator_controls set value = '7' where name = 'seed'")
        con.execute("delete from raw_liabilities")
        con.execute(
            "update persona_assignments set primary_persona = 'general' where window_days = 30"
        )
    content = run("diff", "current", str(other), "--json").json
    assert content["controls"] == [{"name": "config.seed", "first": "42", "second": "7"}]
    rows = {d["name"]: d["second"] for d in content["rows"]}
    assert rows["raw_liabilities"] == 0
    assert {d["name"]: d["second"] for d in content["mix"]}["general, 30 days"] == 1
    [(changed,)] = _rows(
        published,
        "select count(*) from persona_assignments where window_days = 30 and primary_persona <> 'general'",
    )
    assert content["people_whose_persona_changed"] == changed
