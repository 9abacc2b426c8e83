"""One life told in several ways is measured alike: what was repeated, cancelled or paid in coins
changes no figure.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spendsense_pipeline.controls import OperatorConfig
from spendsense_pipeline.importing import ImportRequest, stage
from spendsense_pipeline.importing.warehouse import resolved_for
from spendsense_pipeline_tests.fixtures.generated_people import judge
from spendsense_pipeline_tests.fixtures.import_folders import filled
from spendsense_pipeline_tests.fixtures.plaid_pulls import (
    AS_OF,
    Row,
    a_sync,
    a_transaction,
    an_account,
    written,
)

Figures = tuple[float, int, float, float]
# six months of 15.49 for films and of 50 + 51 + 52 + 53 for groceries, of which the first groceries
# are older than 180 days; 2,000 a month of pay × 30 days / 179 of history
USUAL: Figures = (1328.94, 1, 15.49, 2011.17)


def a_life(prefix: str) -> list[Row]:
    def row(name: str, day: str, amount: float, text: str, code: str) -> Row:
        category = {"primary": code.split("_", maxsplit=1)[0], "detailed": code}
        if code.startswith("FOOD"):
            category["primary"] = "FOOD_AND_DRINK"
        said = {"account_id": f"{prefix}chk", "name": text, "personal_finance_category": category}
        return a_transaction(f"{prefix}{name}", amount, day, **said)

    rows = []
    for month in range(1, 7):
        day = f"2026-0{month}-"
        rows.append(
            row(f"s{month}", day + "08", 15.49, "NETFLIX.COM", "ENTERTAINMENT_TV_AND_MOVIES")
        )
        rows.append(row(f"p{month}", day + "15", -2000, "ACME PAYROLL", "INCOME_SALARY"))
        for week in range(4):
            when = f"{day}{3 + 7 * week:02d}"
            code = "FOOD_AND_DRINK_GROCERIES"
            rows.append(row(f"g{month}{week}", when, 50 + week, "KROGER", code))
    return rows


def told_in_ways() -> dict[str, Any]:
    def account(prefix: str, **said: Any) -> list[Row]:
        return [an_account(f"{prefix}chk", **said)]

    files: dict[str, Any] = {
        "plain/sync.json": a_sync(a_life("plain_"), accounts=account("plain_"))
    }
    life = a_life("changed_")
    hold = a_transaction("hold", 900, "2026-06-20", account_id="changed_chk")
    files["changed/sync_1.json"] = a_sync([*life, hold], accounts=account("changed_"))
    raised = next(row for row in life if row["transaction_id"] == "changed_s6") | {"amount": 19.99}
    files["changed/sync_2.json"] = a_sync(modified=[raised], removed=["hold"])
    life = a_life("pages_")
    for number, start in enumerate(range(0, len(life), 10)):
        page = {"accounts": account("pages_"), "transactions": life[start : start + 15]}
        files[f"pages/get_{number}.json"] = page | {"total_transactions": len(life)}
    for link in ("one_", "two_"):
        accounts = account(link, persistent_account_id="p", mask="4242")
        files[f"linked/{link}.json"] = a_sync(a_life(link), accounts=accounts)
    coins = [
        a_transaction(
            f"doge{month}",
            2_000,
            f"2026-0{month}-11",
            account_id="coins_chk",
            name="TOKEN SHOP",
            iso_currency_code=None,
            unofficial_currency_code="DOGE",
        )
        for month in range(1, 7)
    ]
    files["coins/sync.json"] = a_sync(a_life("coins_") + coins, accounts=account("coins_"))
    return files


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figures]:
    folder: Path = tmp_path_factory.mktemp("told")
    request = ImportRequest(written(folder / "in", told_in_ways()), AS_OF, all_consented=True)
    staged = stage(request, folder / "imports")
    con = filled(staged)
    judge(con, resolved_for(staged, OperatorConfig()), is_start_known=False)
    found = con.execute(
        "select user_id, total_spend_usd, subscription_count, monthly_subscription_spend_usd, "
        "income_monthly_usd from features_180d"
    ).fetchall()
    con.close()
    return {user_id: (float(a), b, float(c), float(d)) for user_id, a, b, c, d in found}


@pytest.mark.parametrize("way", ["plain", "pages", "linked", "coins"])
def test_a_life_is_measured_alike_however_it_is_told(
    measured: dict[str, Figures], way: str
) -> None:
    assert measured[way] == USUAL


def test_what_was_modified_is_measured_as_modified(measured: dict[str, Figures]) -> None:
    spend, count, _, income = measured["changed"]
    assert (spend, count, income) == (1333.44, 1, 2011.17)
