"""An operator's own merchants, inline and from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from spendsense_pipeline.controls import (
    SPENDING_CATEGORIES,
    TYPICAL_AMOUNT_USD,
    ControlsError,
    CustomMerchant,
    OperatorControls,
)


def test_merchants_are_read_from_csv_and_json_alike(tmp_path: Path) -> None:
    (tmp_path / "shops.csv").write_text(
        "name,category,popularity,typical_amount_usd\nCorner Bakery,groceries,2,\nFill Up,fuel,,41.5\n"
    )
    (tmp_path / "shops.json").write_text(
        '[{"name": "Corner Bakery", "category": "groceries", "popularity": 2},'
        ' {"name": "Fill Up", "category": "fuel", "typical_amount_usd": 41.5}]'
    )
    expected = (
        CustomMerchant("Corner Bakery", "groceries", None, 2.0, "in store"),
        CustomMerchant("Fill Up", "fuel", 41.5, 1.0, "in store"),
    )
    for name in ("shops.csv", "shops.json"):
        assert OperatorControls(custom_merchants=tmp_path / name).custom_merchants == expected


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("shops.json", "[", "correct the file"),
        ("shops.json", "{}", "not a list"),
        ("shops.csv", "name,category\nA,fuel,7\n", "a cell too many"),
        ("shops.csv", "name,category\nA,fuel\n,fuel\n", "merchant 2"),
        ("shops.csv", "name,category,popularity\nA,fuel,much\n", "'much'"),
        ("shops.csv", b"name,category\n\xff\xfe,fuel\n", "UTF-8"),
    ],
)
def test_a_faulty_merchant_file_is_one_sentence(
    tmp_path: Path, name: str, text: str | bytes, said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ControlsError) as raised:
        OperatorControls(custom_merchants=str(file))
    (problem,) = raised.value.problems
    assert said in problem
    assert problem.startswith("custom_merchants must")


@pytest.mark.parametrize("category", SPENDING_CATEGORIES)
def test_a_price_nobody_pays_is_refused_with_its_bounds(category: str) -> None:
    least, most = TYPICAL_AMOUNT_USD[category]

    def asked(amount: float) -> OperatorControls:
        merchant = {"name": "Zed", "category": category, "typical_amount_usd": amount}
        return OperatorControls(custom_merchants=[merchant])

    for amount in (least, most):
        assert asked(amount).custom_merchants[0].typical_amount_usd == amount
    for amount, remedy in (
        (most + 1, f"lower it to at most {most:g}"),
        (least / 2, f"raise it to at least {least:g}"),
    ):
        with pytest.raises(ControlsError) as raised:
            asked(amount)
        (problem,) = raised.value.problems
        for said in (
            "typical_amount_usd",
            f"of the category {category}",
            f"between {least:g} and {most:g}",
            f"{amount:g}",
            remedy,
        ):
            assert said in problem.replace(".0", ""), problem
