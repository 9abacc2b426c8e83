"""How cards are measured, at the edges, by hand: use, minimum payments, overdue."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from spendsense_pipeline.generation.attributes import Band
from spendsense_pipeline.generation.behaviours.card_uses import USES, CardUse
from spendsense_pipeline.tables.features import FEATURES_BY_NAME, UTILIZATION_BANDS
from spendsense_pipeline_tests.fixtures.measured_people import measured_alone_each
from spendsense_pipeline_tests.fixtures.rows import (
    Row,
    a_card,
    a_liability,
    a_statement,
    a_transaction,
)

D = dt.date


PAYMENT = {
    "category_primary": "LOAN_PAYMENTS",
    "category_detailed": "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
}


# Balance and limit of every card, then the highest and the mean use and whether one is over 30 %.
UTILIZATION: list[tuple[list[tuple[str, str | None]], float | None, float | None, bool | None]] = [
    ([("299.99", "1000")], 0.29999, 0.29999, False),
    ([("300.00", "1000")], 0.3, 0.3, True),
    ([("-20.00", "1000")], -0.02, -0.02, False),
    ([("100.00", "1000"), ("900.00", "1000")], 0.9, 0.5, True),
    ([("100.00", None)], None, None, None),
    ([("100.00", "0.00")], None, None, None),
    ([("100.00", "1000"), ("5.00", None)], None, None, None),
    ([("600.00", "1000"), ("5.00", None)], 0.6, None, True),
]


def test_utilization() -> None:
    people = [
        {
            "accounts": [
                a_card(
                    f"card{n}",
                    balance_current=Decimal(owed),
                    balance_limit=None if limit is None else Decimal(limit),
                )
                for n, (owed, limit) in enumerate(cards)
            ]
        }
        for cards, *_ in UTILIZATION
    ]
    for row, (cards, top, mean, over_30) in zip(
        measured_alone_each(*people), UTILIZATION, strict=True
    ):
        assert row["max_utilization"] == pytest.approx(top), cards
        assert row["mean_utilization"] == pytest.approx(mean), cards
        assert row["utilization_over_30"] is over_30, cards


def test_features_are_named_for_the_edges_of_the_bands() -> None:
    edges = [f"utilization_over_{share:.0%}"[:-1] for share in UTILIZATION_BANDS.values() if share]
    assert [name for name in FEATURES_BY_NAME if name.startswith("utilization_over_")] == edges


def test_cards_are_steered_to_balances_inside_those_bands() -> None:
    """What is meant to stay in a band settles inside it, and is bought and paid within it."""
    assert [band.key for band in Band] == list(UTILIZATION_BANDS)
    edges = [*UTILIZATION_BANDS.values(), 1.0]
    for band, use in (
        (Band.LOW, CardUse.IN_FULL),
        (Band.MEDIUM, CardUse.PROMOTION),
        (Band.HIGH, CardUse.HIGH),
        (Band.CRITICAL, CardUse.CRITICAL),
    ):
        least, most = USES[use].set_point
        assert edges[band] + 0.019 <= least < most <= edges[band + 1] - 0.03
        assert edges[band] <= USES[use].floor <= least
        assert most < USES[use].ceiling < edges[band + 1]


def a_payer(
    payments: list[tuple[str, dt.date]], balance: str = "900.00", minimum: str = "40.00", **raw: Any
) -> dict[str, list[Row]]:
    """Somebody with a card, three statements unless given, and these payments."""
    statements = [
        a_statement(D(2026, month, 10), balance=balance, minimum_payment_amount=Decimal(minimum))
        for month in (4, 5, 6)
    ]
    rows = [a_transaction(f"-{amount}", date, "card", **PAYMENT) for amount, date in payments]
    return {"accounts": [a_card()], "transactions": rows, "statements": statements} | raw


def minimum_only(*payers: dict[str, list[Row]], window_days: int = 30) -> list[bool | None]:
    return [
        row["minimum_payment_only"] for row in measured_alone_each(*payers, window_days=window_days)
    ]


def test_minimum_payment_only() -> None:
    day = D(2026, 6, 20)
    assert minimum_only(*(a_payer([(paid, day)]) for paid in ("40.00", "42.00", "38.00"))) == [
        True,
        True,
        True,
    ]
    assert (
        minimum_only(
            a_payer([("42.01", day)]),
            a_payer([("37.99", day)]),
            a_payer([("40.00", day), ("500.00", day)]),
            a_payer([]),
            a_payer([("40.00", day)], balance="40.00"),  # paid in full
            a_payer([("41.00", day)], balance="41.00"),
        )
        == [False] * 6
    )


def test_a_payment_answers_the_statement_before_it() -> None:
    statements = [
        a_statement(D(2026, 5, 20), balance="900.00", minimum_payment_amount=Decimal("40.00")),
        a_statement(D(2026, 6, 20), balance="800.00", minimum_payment_amount=Decimal("60.00")),
    ]
    assert minimum_only(
        # belongs to the cycle closing that day
        a_payer([("40.00", D(2026, 6, 20))], statements=statements),
        a_payer([("40.00", D(2026, 6, 21))], statements=statements),
    ) == [True, False]
    early, late = ("40.00", D(2026, 3, 1)), ("500.00", D(2026, 6, 1))
    assert minimum_only(
        a_payer([early], statements=statements),
        a_payer([early, late], statements=statements),
        window_days=180,
    ) == [None, False]


def test_without_statements_liabilities_tell() -> None:
    last = {
        "last_payment_amount": Decimal("40.00"),
        "minimum_payment_amount": Decimal("40.00"),
        "last_statement_balance": Decimal("900.00"),
        "last_payment_date": D(2026, 6, 9),
    }
    told: list[tuple[list[Row], bool | None]] = [
        ([], None),
        ([a_liability(**last)], True),
        ([a_liability(**last | {"last_payment_amount": Decimal("300.00")})], False),
        ([a_liability(**last | {"last_statement_balance": None})], None),
        ([a_liability(**last | {"last_payment_date": D(2026, 5, 1)})], False),
        ([a_liability(**last | {"last_payment_date": None})], None),
    ]
    payers = [a_payer([], statements=[], liabilities=liabilities) for liabilities, _ in told]
    assert minimum_only(*payers) == [answer for _, answer in told]


def test_overdue_is_true_over_unknown_over_false() -> None:
    cases = (
        (True, None, True),
        (False, None, None),
        (False, False, False),
        (False, True, True),
    )
    cards = [a_card("a"), a_card("b")]
    people = [
        {
            "accounts": cards,
            "liabilities": [a_liability("a", is_overdue=one), a_liability("b", is_overdue=other)],
        }
        for one, other, _ in cases
    ]
    one_unknown = {"accounts": cards, "liabilities": [a_liability("a")]}
    found = [row["is_overdue"] for row in measured_alone_each(*people, one_unknown)]
    assert found == [*(answer for _, _, answer in cases), None]
