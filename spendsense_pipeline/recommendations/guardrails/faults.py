"""The kinds of bad item there are to plant: for each the guardrail that must stop it, and how a
good item is made bad in just that way.

A change takes a good row and returns the values that make it bad, or None where the row does not
lend itself to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from spendsense_pipeline.recommendations.guardrails import changes
from spendsense_pipeline.tables.advice import DISCLOSURE

Row = Mapping[str, Any]
"""A row of `recommendations`; `because` and `eligibility` as they are in JSON."""
Values = Mapping[str, Any]
Place = Literal["row", "item", "list", "person"]


@dataclass(frozen=True)
class FaultKind:
    """One way in which an item can be bad.

    Attributes:
        words: what is wrong, for a reader.
        guardrail: name of the one that must stop it.
        place: what is made bad: a row, an item for everybody who has it, a person's list of a
            window, or a person.
        change: of a row, the columns with their bad values; of an item likewise, asked with a row
            that has it; else SQL by the row.
    """

    words: str
    guardrail: str
    place: Place
    change: Callable[[Row], Any]


def _said(part: str, words: str) -> FaultKind:
    place: Place = "row" if part == "rationale" else "item"
    guardrail = "tone_is_kind"
    return FaultKind(f'{part} says "{words}"', guardrail, place, _with(part, words))


def _preys(part: str, words: str) -> FaultKind:
    place: Place = "row" if part == "rationale" else "item"
    guardrail = "no_predatory_products"
    return FaultKind(f'{part} speaks of "{words}"', guardrail, place, _with(part, words))


def _with(part: str, words: str) -> Callable[[Row], Values]:
    return lambda row: {part: f"{row[part]} {words}"}


def _product(kind: str) -> FaultKind:
    return FaultKind(
        f"product is {kind}",
        "no_predatory_products",
        "item",
        lambda row: {"product_kind": kind} if row["kind"] == "offer" else None,
    )


def _held(kind: str, account: str) -> FaultKind:
    def change(row: Row) -> Values | None:
        fits = row["kind"] == "offer" and row["product_kind"] != kind
        return {"product_kind": kind} if fits and account in row["subtypes"] else None

    return FaultKind(f"{kind} for who has one", "no_product_held", "item", change)


def _verdicts(words: str, change: Callable[[list[Any]], bool]) -> FaultKind:
    """A change of the list of criteria, in place; it says whether it changed anything."""

    def changed(row: Row) -> Values | None:
        verdicts = json.loads(row["eligibility"])
        return {"eligibility": json.dumps(verdicts)} if change(verdicts) else None

    return FaultKind(words, "eligibility_holds", "row", changed)


def _numbers(words: str, change: Callable[[changes.Told], str | None]) -> FaultKind:
    """A change of rationale (returned) and of what it rests on (in place); None: not this row."""

    def changed(row: Row) -> Values | None:
        told = changes.Told(row["rationale"], json.loads(row["because"]))
        rationale = change(told)
        if rationale is None:
            return None
        return {"rationale": rationale, "because": json.dumps(told.because, ensure_ascii=False)}

    return FaultKind(words, "numbers_derive", "row", changed)


def _wrong(words: str, **values: Any) -> FaultKind:
    return FaultKind(words, "words_are_the_items", "row", lambda _: values)


def _other_form(row: Row) -> Values | None:
    return {"form": "checklist" if row["form"] == "article" else "article"}


def _other_persona(row: Row) -> Values:
    persona = next(key for key in _PERSONAS if key not in row["personas"])
    return {"persona": persona}


_PERSONAS: Final = (
    *("high_utilization", "variable_income", "cash_flow_stressed"),
    *("subscription_heavy", "savings_builder", "general"),
)
_OF_LIST: Final = "user_id = $user_id and window_days = $window_days and kind = $kind"


def _of_list(words: str, sql: str) -> FaultKind:
    return FaultKind(words, "words_are_the_items", "list", lambda _: sql)


def _of_person(words: str, sql: str) -> FaultKind:
    return FaultKind(words, "only_consenting_people", "person", lambda _: sql)


FAULT_KINDS: Final = (
    _of_person(
        "consent was revoked",
        "update raw_users set consent_status = 'revoked' where user_id = $user_id",
    ),
    _of_person("the person is unknown", "delete from raw_users where user_id = $user_id"),
    _verdicts("a verdict is turned", changes.turn),
    _verdicts("a value is overstated", changes.overstate),
    _verdicts("a value is forgotten", changes.forget_value),
    _verdicts("a criterion is left out", changes.leave_out("eligibility")),
    _verdicts("a signal is left out", changes.leave_out("signal")),
    _verdicts("a threshold is moved", changes.move_threshold),
    _verdicts("an unmet criterion is listed", changes.list_unmet),
    _verdicts("no criterion is listed", changes.clear),
    _held("secured_credit_card", "credit card"),
    _held("certificate_of_deposit", "cd"),
    _held("high_yield_savings", "money market"),
    _held("health_savings_account", "hsa"),
    _product("payday_loan"),
    _product("crypto_wallet"),
    _product("buy_now_pay_later"),
    _product("gold_coins"),
    _preys("title", "and title loans"),
    _preys("body", "A pawn shop lends on things you own."),
    _preys("body", "You can also rent-to-own a sofa."),
    _preys("rationale", "A PAYDAY LOAN may help until then."),
    _preys("rationale", "A pay advance for a high fee may help."),
    _said("title", "before it is too late"),
    _said("body", "Your spending is out of control."),
    _said("body", "This is guaranteed to work."),
    _said("rationale", "You are Overspending."),
    _said("rationale", "That is irresponsible."),
    _said("rationale", "Apply now!"),
    _said("rationale", "You will lose everything."),
    _said("rationale", "You must open this account."),
    _said("rationale", "Don’t miss out."),
    FaultKind(
        "the disclosure is missing", "disclosure_is_present", "row", lambda _: {"disclosure": ""}
    ),
    FaultKind(
        "the disclosure is altered",
        "disclosure_is_present",
        "row",
        lambda _: {"disclosure": DISCLOSURE.replace("not financial", "financial")},
    ),
    FaultKind(
        "the disclosure is cut",
        "disclosure_is_present",
        "row",
        lambda _: {"disclosure": DISCLOSURE[:-1]},
    ),
    _numbers("a digit is changed in the rationale", changes.misprint),
    _numbers("a digit is changed in all that is shown", changes.misprint_throughout),
    _numbers("a value is changed wherever it stands", changes.lie_throughout),
    _numbers("a value is changed by a cent", changes.one_cent),
    _numbers("a sign is changed", changes.other_sign),
    _numbers("a comma becomes a point", changes.no_separator),
    _numbers("a number is added", lambda told: f"{told.rationale} That is 1,234,567 in all."),
    _numbers("a row is named that is not there", changes.other_row),
    _numbers("a card is named that is not there", changes.other_mask),
    _numbers("another decision is named", changes.other_trace),
    _wrong("the title is another", title="Something else"),
    FaultKind("the form is another", "words_are_the_items", "row", _other_form),
    FaultKind("the persona is another's", "words_are_the_items", "row", _other_persona),
    _wrong("the day is another", as_of="2000-01-01"),
    _wrong("the catalogue is another", catalog_version="0" * 12),
    _of_list(
        "a rank is left out",
        f"update recommendations set rank = rank + 1 where {_OF_LIST}",
    ),
    _of_list(
        "two have one rank",
        f"update recommendations set rank = 1 where {_OF_LIST} and rank = 2",
    ),
    _of_list(
        "a shortfall is unstated",
        f"delete from recommendations where {_OF_LIST}",
    ),
    _of_list(
        "a shortfall is stated where there is none",
        "insert into recommendation_shortfalls "
        "values ($user_id, $window_days, $kind, 0, 3, 'nothing fits')",
    ),
    _of_list(
        "an item is there twice",
        "insert into recommendations select * replace "
        "(rank + 1 as rank, 'x' || recommendation_id as recommendation_id) "
        f"from recommendations where {_OF_LIST} "
        "qualify rank = max(rank) over ()",
    ),
)
"""Every kind, several to each guardrail."""
