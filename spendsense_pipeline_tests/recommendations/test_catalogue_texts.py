"""The catalogue as its readers meet it: enough for every persona, plain, kind, and with sums that come out."""

from __future__ import annotations

import copy
from collections import Counter
from statistics import mean
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.reading_grade import (
    reading_grade,
    sentences_of,
    syllables_of,
)
from spendsense_pipeline_tests.recommendations.catalogue_promises import (
    EDUCATION_FORMS,
    PRODUCT_KINDS,
    WHAT_A_PERSONA_IS_MADE_OF,
    Item,
    breaches_of,
    catalogue,
    sums_of,
    unkind,
)

ITEMS = catalogue()
EDUCATION = [item for item in ITEMS if item["kind"] == "education"]
OFFERS = [item for item in ITEMS if item["kind"] == "offer"]
PERSONAS = tuple(WHAT_A_PERSONA_IS_MADE_OF)


def of_persona(items: list[Item], persona: str) -> list[Item]:
    return [item for item in items if persona in item["personas"]]


def an_item(content_id: str, /, **changes: Any) -> Item:
    """An item of the catalogue with some of its members replaced."""
    item = next(item for item in ITEMS if item["content_id"] == content_id)
    return {**copy.deepcopy(item), **changes}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["content_id"])
def test_an_item_keeps_every_promise(item: Item) -> None:
    assert breaches_of(item) == []


def test_no_item_is_there_twice() -> None:
    for member in ("content_id", "title", "body", "rationale"):
        again = [
            said for said, times in Counter(item[member] for item in ITEMS).items() if times > 1
        ]
        assert again == [], member


def test_there_is_enough_of_each_kind_and_form() -> None:
    assert len(EDUCATION) >= 42
    assert len(OFFERS) >= 14
    assert {item["form"] for item in EDUCATION} == EDUCATION_FORMS
    assert {item["product_kind"] for item in OFFERS} == PRODUCT_KINDS


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_persona_has_enough_to_choose_from(persona: str) -> None:
    education = of_persona(EDUCATION, persona)
    assert len(education) >= 7
    assert len({item["form"] for item in education}) >= 3
    assert len(of_persona(OFFERS, persona)) >= 4


@pytest.mark.parametrize(
    ("persona", "criterion"),
    [(persona, key) for persona, keys in WHAT_A_PERSONA_IS_MADE_OF.items() for key in keys],
)
def test_whatever_makes_somebody_of_a_persona_is_answered(persona: str, criterion: str) -> None:
    """One of a persona's criteria holds by definition: whichever it is, there is advice on it."""
    answering = [
        item
        for item in of_persona(EDUCATION, persona)
        if {"criterion": criterion} in item["signals"]
    ]
    assert len(answering) >= 4


def test_whom_no_rule_matches_is_reached_by_facts_that_most_people_have() -> None:
    """Spending, regular bills, savings or a card: each alone brings something."""
    everyday = (
        *("monthly_expenses_usd", "recurring_bill_count", "savings_balance_usd", "card_count"),
        "emergency_fund_months",
    )
    for feature in everyday:
        assert [
            item["content_id"]
            for item in of_persona(EDUCATION, "general")
            if any(signal.get("feature") == feature for signal in item["signals"])
        ], feature


def test_the_catalogue_as_a_whole_reads_easily() -> None:
    assert mean(reading_grade(item["body"]) for item in ITEMS) <= 8


def test_calculators_are_where_the_sums_are() -> None:
    calculators = [item for item in EDUCATION if item["form"] == "calculator"]
    assert len(calculators) >= 6
    assert sum(len(sums_of(item["body"])) for item in calculators) >= 30
    # No equals sign stands outside a sum that was worked.
    assert [
        item["content_id"]
        for item in ITEMS
        if item["body"].count("=") != len(sums_of(item["body"]))
    ] == []


# What would be wrong, and that it is found: a promise that nothing can break is none.
CALCULATOR = "card_interest_by_the_day"
TRANSFER = "offer_balance_transfer_card"
RATIONALE = an_item("card_payoff_plan")["rationale"]
BODY = an_item("card_payoff_plan")["body"]
LONG_WORDS = (
    "Notwithstanding considerable institutional heterogeneity, consolidated indebtedness "
    "necessitates comprehensive reconsideration of discretionary expenditure categories. "
)


@pytest.mark.parametrize(
    ("content_id", "changes", "breach"),
    [
        ("card_payoff_plan", {"form": "leaflet"}, "form"),
        ("card_payoff_plan", {"product_kind": "budgeting_app"}, "product_kind"),
        ("card_payoff_plan", {"reading_minutes": 9}, "reading_minutes"),
        ("card_payoff_plan", {"personas": ["high_utilisation"]}, "personas"),
        ("card_payoff_plan", {"signals": []}, "signals"),
        ("card_payoff_plan", {"content_id": "Card plan"}, "content_id"),
        ("card_payoff_plan", {"author": "somebody"}, "members in order"),
        (TRANSFER, {"product_kind": "payday_loan"}, "product_kind"),
        ("card_payoff_plan", {"body": "Too short."}, "2 words"),
        ("card_payoff_plan", {"body": BODY * 2}, "words"),
        ("card_payoff_plan", {"body": LONG_WORDS * 6}, "grade"),
        ("card_payoff_plan", {"body": BODY + "See www.example.com."}, "link or markup"),
        ("card_payoff_plan", {"body": BODY + "See example.org."}, "link or markup"),
        ("card_payoff_plan", {"body": "# Plan\n" + BODY}, "link or markup"),
        ("card_payoff_plan", {"body": BODY + "You owe {card_debt_usd}."}, "link or markup"),
        ("card_payoff_plan", {"body": BODY + "You should have paid."}, "should have"),
        ("card_payoff_plan", {"title": "Money you wasted"}, "wasted"),
        (
            "card_payoff_plan",
            {"rationale": RATIONALE + " It will save you money."},
            "will save you",
        ),
        ("card_payoff_plan", {"rationale": "You owe $500. A plan may help."}, "a digit"),
        ("card_payoff_plan", {"rationale": "A plan may help. You may owe much."}, "no figure"),
        (
            "card_payoff_plan",
            {"rationale": "You owe {card_debt_usd} on three cards. A plan may help."},
            "a number in words",
        ),
        ("card_payoff_plan", {"rationale": "You owe {card_debt_usd}. A plan helps."}, "a promise"),
        ("card_payoff_plan", {"rationale": "You owe {card_debt_usd}."}, "one reason"),
        (
            "set_aside_for_taxes",
            {"rationale": "You earn {income_monthly_usd}. A plan may help."},
            "a monthly figure",
        ),
        ("subscription_review", {"eligibility": []}, "a count that may be one"),
        (CALCULATOR, {"body": BODY}, "fewer than two sums"),
        (
            CALCULATOR,
            {"body": an_item(CALCULATOR)["body"].replace("× 20% = $730", "× 20% = $703")},
            "$3,650 × 20% = $703",
        ),
        ("late_card_payment_steps", {"body": an_item("which_card_first")["body"]}, "a checklist"),
        ("card_payoff_plan", {"body": BODY.replace("[", "").replace("]", "")}, "a template"),
        (
            "which_card_first",
            {"body": an_item("which_card_first")["body"].replace("What you can do", "Note")},
            "nothing to do",
        ),
        (TRANSFER, {"body": an_item(TRANSFER)["body"].replace("What to ask:", "")}, "What to ask"),
        (TRANSFER, {"body": an_item(TRANSFER)["body"].replace("costs:", "")}, "cost"),
        (
            TRANSFER,
            {"body": an_item(TRANSFER)["body"].replace("does\n", "\n").replace("does not", "")},
            "suit",
        ),
        (
            "how_card_use_is_counted",
            {"signals": [{"feature": "max_utilization", "at_least": 0.3, "full": 0.2}]},
            "full on the wrong side",
        ),
        (
            "one_month_cushion",
            {"signals": [{"feature": "cash_flow_buffer_months", "below": 1, "full": 2}]},
            "full on the wrong side",
        ),
        ("offer_certificate_of_deposit", {"eligibility": []}, "holds_cd"),
        (TRANSFER, {"eligibility": []}, "new credit for who is late"),
        (TRANSFER, {"eligibility": []}, "new credit without income"),
        (TRANSFER, {"eligibility": []}, "a transfer for a card that is full"),
    ],
)
def test_a_broken_promise_is_found(content_id: str, changes: Item, breach: str) -> None:
    assert any(breach in found for found in breaches_of(an_item(content_id, **changes)))


def test_words_are_found_whole_and_in_any_case() -> None:
    assert unkind(an_item("card_payoff_plan", title="GUARANTEED")) == ["GUARANTEED"]
    assert (
        unkind(an_item("card_payoff_plan", title="A broken date at the pawnless stockbroker")) == []
    )


def test_the_reading_grade_is_the_one_of_flesch_and_kincaid() -> None:
    # By hand: 12 words, 2 sentences, 13 syllables.
    text = "The cat sat on the mat. It was happy to be fed."
    assert sentences_of(text) == 2
    assert reading_grade(text) == pytest.approx(0.39 * 6 + 11.8 * 13 / 12 - 15.59)
    # Lines of a list are sentences of their own; a paragraph that goes on over two lines is one.
    assert sentences_of("Bring:\n\n- a pen\n- a list\n  of bills") == 3
    counted = {
        "rate": 1,
        "balance": 2,
        "charges": 2,
        "credit": 2,
        "table": 2,
        "wanted": 2,
        "paid": 1,
    }
    assert {word: syllables_of(word) for word in counted} == counted


def test_longer_words_and_longer_sentences_are_harder() -> None:
    plain = "Pay the bill. Keep the note. Call the bank."
    assert reading_grade(plain.replace(".", ",")) > reading_grade(plain)
    assert reading_grade(plain.replace("bill", "obligation")) > reading_grade(plain)
