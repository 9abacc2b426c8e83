"""What an item of the catalogue promises its reader: each promise as a function that lists the breaches."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from spendsense_pipeline_tests.fixtures.reading_grade import reading_grade, words_of

Item = dict[str, Any]

CATALOG = Path(__file__).parents[2] / "spendsense_pipeline" / "recommendations" / "catalog"
MEMBERS = (
    *("content_id", "kind", "form", "title", "body", "topics", "personas", "signals"),
    *("eligibility", "rationale", "product_kind", "reading_minutes"),
)
EDUCATION_FORMS = {"article", "checklist", "template", "calculator", "explainer"}
WHAT_A_PERSONA_IS_MADE_OF = {
    "high_utilization": (
        *("card_use_high", "card_interest_charged", "card_minimum_only", "card_overdue"),
    ),
    "variable_income": ("pay_gap_long", "cash_buffer_thin"),
    "cash_flow_stressed": ("low_balance_days", "balance_swings"),
    "subscription_heavy": ("subscription_count", "subscription_spend", "subscription_share"),
    "savings_builder": ("savings_growth", "savings_inflow"),
    "general": (),
}
PRODUCT_KINDS = {
    *("high_yield_savings", "money_market_account", "certificate_of_deposit"),
    *("health_savings_account", "balance_transfer_card", "secured_credit_card"),
    *("low_rate_credit_card", "debt_consolidation_loan", "nonprofit_credit_counselling"),
    *("budgeting_app", "subscription_manager", "bill_negotiation_service"),
    *("overdraft_protection_link", "fee_free_checking", "income_smoothing_account"),
    *("tax_estimate_service", "automatic_savings_app", "robo_advisor_ira"),
    *("student_loan_refinancing", "bill_due_date_change_service", "credit_report_monitoring_free"),
}
NOT_FOR_HOLDERS = {
    "high_yield_savings": "holds_money_market",  # a plain savings account may pay little
    "money_market_account": "holds_money_market",
    "certificate_of_deposit": "holds_cd",
    "health_savings_account": "holds_hsa",
    "debt_consolidation_loan": "holds_personal_loan",
    "secured_credit_card": "holds_credit_card",
}
MORE_CREDIT = {"balance_transfer_card", "low_rate_credit_card", "debt_consolidation_loan"}

# Words that shame, frighten or promise; `\b` so that "shop" is not found in "workshop".
NEVER_SAID = re.compile(
    r"\b(?:bad with money|irresponsibl[ey]|reckless(?:ly)?|should(?:n't| not)? have|wast(?:e|ed|ing|eful)"
    r"|careless(?:ly|ness)?|overspen[dt](?:ing)?|fail(?:ed|ing|ure)?|lazy|stupid|foolish|shame(?:ful)?"
    r"|guilty?|your fault|broke|mess|out of control|danger(?:ous)?|disaster|ruin(?:ed|s)?|crisis|desperate"
    r"|worst|terrible|urgent(?:ly)?|act now|last chance|hurry up|before it is too late|will save you"
    r"|guarantee[ds]?|risk-free|no risk|instant(?:ly)?|best rate|lowest rate|pre-?approved|get rich"
    r"|payday (?:loan|advance|lender)s?|title loans?|pawn|rent-to-own|buy now,? pay later|crypto(?:currency)?"
    r"|gambl(?:e|ing)|lottery)\b",
    re.IGNORECASE,
)
NUMBER_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|fifty|hundreds?"
    r"|thousands?|half|third|quarter|twice|double|dozen|percent|per cent)\b",
    re.IGNORECASE,
)
LINK_OR_MARKUP = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|org|gov|net)\b|\]\(|<[^>]*>|[{}`]|^#",
    re.MULTILINE | re.IGNORECASE,
)
SLOT = re.compile(r"\{(\w+)\}")
_FIGURE = r"\$?\d[\d,]*(?:\.\d+)?%?"
SUM = re.compile(rf"({_FIGURE}(?: [×÷+-] {_FIGURE})+) = ({_FIGURE})")
LIST_MARK = re.compile(r"^(?:-|\d+\.) ", re.MULTILINE)


def catalogue() -> list[Item]:
    """Every item, in the order of the files."""
    files = sorted(CATALOG.glob("*.yaml"))
    return [item for file in files for item in yaml.safe_load(file.read_text(encoding="utf-8"))]


def value_of(figure: str) -> Fraction:
    """What a printed figure says: $1,200, 20% or 9.6."""
    bare = Fraction(figure.strip("$%").replace(",", ""))
    return bare / 100 if figure.endswith("%") else bare


def sums_of(body: str) -> list[tuple[str, str]]:
    """Left and right side of every sum in a body."""
    return SUM.findall(" ".join(LIST_MARK.sub("", body).split()))


def comes_to(left: str) -> Fraction:
    """A sum worked from left to right; × and ÷ are never mixed with + and - in one."""
    first, *rest = left.split()
    result = value_of(first)
    for sign, figure in zip(rest[::2], rest[1::2], strict=True):
        other = value_of(figure)
        match sign:
            case "×":
                result *= other
            case "÷":
                result /= other
            case "+":
                result += other
            case _:
                result -= other
    return result


def wrong_members(item: Item) -> list[str]:
    """Members in their order, and what kind, form, product and minutes say of one another."""
    is_offer = item["kind"] == "offer"
    minutes = -(-len(words_of(item["body"])) // 100)  # a hundred words a minute: read and done
    expected = {
        "members in order": tuple(item) == MEMBERS,
        "kind": item["kind"] in {"education", "offer"},
        "form": item["form"] in ({"offer"} if is_offer else EDUCATION_FORMS),
        "product_kind": item["product_kind"] in (PRODUCT_KINDS if is_offer else {None}),
        "reading_minutes": item["reading_minutes"] == (None if is_offer else minutes),
        "personas": 0 < len(item["personas"]) == len(set(item["personas"]))
        and set(item["personas"]) <= set(WHAT_A_PERSONA_IS_MADE_OF),
        "content_id": re.fullmatch(r"[a-z][a-z0-9_]*", item["content_id"]) is not None,
        "topics": len(item["topics"]) > 0,
        "signals": len(item["signals"]) > 0,
    }
    return [name for name, holds in expected.items() if not holds]


def hard_to_read(item: Item) -> list[str]:
    """A body of 60 to 180 words that reads easily at fourteen, with nothing a page would not show."""
    body, title = item["body"], item["title"]
    return [
        *([f"{len(words_of(body))} words"] if not 60 <= len(words_of(body)) <= 180 else []),
        *([f"grade {reading_grade(body):.1f}"] if reading_grade(body) > 9 else []),
        *(f"link or markup: {found}" for found in LINK_OR_MARKUP.findall(body + title)),
    ]


def unkind(item: Item) -> list[str]:
    """Words that shame, frighten or promise, and kinds of product that prey on people."""
    return NEVER_SAID.findall(" ".join((item["title"], item["body"], item["rationale"])))


def badly_reasoned(item: Item) -> list[str]:
    """A rationale opens with the person's own figures and says with care why the item is shown."""
    rationale = item["rationale"]
    said = SLOT.sub("", rationale)
    reason = re.split(r"(?<=[.)]) (?=[A-Z])", rationale)
    monthly = re.findall(r"\{\w+_monthly_usd\}(.{0,8})", rationale)
    counts = [slot for slot in SLOT.findall(rationale) if slot.endswith("_count")]
    at_least_two = {
        criterion["feature"]
        for criterion in item["eligibility"]
        if criterion.get("at_least", 0) >= 2
    }
    breaches = {
        "a digit outside slots": re.search(r"\d", said),
        "a number in words": NUMBER_WORD.search(said),
        "no figure at the start": not SLOT.search(reason[0]),
        "not figures and one reason": len(reason) != 2,
        "a promise": not re.search(r"\b(?:may|can)\b", reason[-1]),
        "slots in the reason": SLOT.search(reason[-1]),
        "per month": "per month" in rationale,
        "a count that may be one": set(counts) - at_least_two,
        "a monthly figure without its month": [
            after for after in monthly if not re.match(r" a month| of ", after)
        ],
    }
    return [breach for breach, found in breaches.items() if found]


def wrong_sums(item: Item) -> list[str]:
    """Sums that do not come out, and calculators with fewer than two."""
    sums = sums_of(item["body"])
    too_few = item["form"] == "calculator" and len(sums) < 2
    return [
        *(f"{left} = {right}" for left, right in sums if comes_to(left) != value_of(right)),
        *(["fewer than two sums"] if too_few else []),
    ]


def not_what_its_form_says(item: Item) -> list[str]:
    """A checklist lists, a template leaves blanks, an offer says cost, for whom, not for whom, what to ask."""
    body = item["body"]
    text = " ".join(body.split())
    lines = len(LIST_MARK.findall(body))
    blanks = len(re.findall(r"\[[^\]]+\]", body))
    asked = (
        "costs?:|What it costs",
        "can suit you",
        "does not suit|may not need|not help much",
        "What to ask:",
    )
    match item["form"]:
        case "checklist":
            return [] if lines >= 4 else ["a checklist of fewer than four lines"]
        case "template":
            return [] if blanks >= 4 else ["a template with fewer than four blanks"]
        case "offer":
            return [part for part in asked if not re.search(part, text)]
        case _:
            return [] if "What you can do" in body else ["nothing to do"]


def wrong_criteria(item: Item) -> list[str]:
    """Full severity lies past the line; no offer of what somebody has; no new credit for who is late or full."""
    breaches = []
    for criterion in [*item["signals"], *item["eligibility"]]:
        if "criterion" in criterion:
            continue
        line = criterion.get("at_least", criterion.get("above", criterion.get("below")))
        full = criterion.get("full")
        if full is not None and (full <= line if "below" not in criterion else full >= line):
            breaches.append(f"full on the wrong side of {criterion}")
    needed = list(item["eligibility"])
    held = NOT_FOR_HOLDERS.get(item["product_kind"])
    if held and {"feature": held, "is": False} not in needed:
        breaches.append(f"offered to who {held}")
    if item["product_kind"] in MORE_CREDIT:
        features = {criterion["feature"] for criterion in needed}
        if {"feature": "is_overdue", "is": False} not in needed:
            breaches.append("new credit for who is late")
        if "income_and_benefits_monthly_usd" not in features:
            breaches.append("new credit without income")
    if item["product_kind"] == "balance_transfer_card" and not any(
        criterion["feature"] == "max_utilization" and criterion.get("below", 2) <= 0.9
        for criterion in needed
    ):
        breaches.append("a transfer for a card that is full")
    return breaches


PROMISES: tuple[Callable[[Item], list[str]], ...] = (
    *(wrong_members, hard_to_read, unkind, badly_reasoned, wrong_sums, not_what_its_form_says),
    wrong_criteria,
)


def breaches_of(item: Item) -> list[str]:
    """All that an item breaks."""
    return list(itertools.chain.from_iterable(promise(item) for promise in PROMISES))
