"""Reason codes: every sentence a trace may give as a reason, declared once.

A code is stable: programs may rely on it. The template's slots are columns of the facts a trace is
written from; `{shown}` is the criterion's value and `{threshold}` its threshold, printed so that
the comparison reads true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from spendsense_pipeline.personas.criteria import ABOVE, AT_LEAST, IS, Criterion
from spendsense_pipeline.personas.rules import RULE_BOOK
from spendsense_pipeline.personas.views import threshold_text
from spendsense_pipeline.sql import literal

MOST_REASONS = 4


@dataclass(frozen=True)
class Reason:
    """A stable code and the sentence it stands for."""

    code: str
    criterion: str | None
    """Key of the criterion it reports as met; None for reasons about the whole decision."""
    template: str
    ranks_as: float = 1.0
    """The margin it is ranked with when its predicate has none."""


REASONS: tuple[Reason, ...] = (
    Reason(
        "CARD_USE_HIGH",
        "card_use_high",
        "{card_start} is at {shown} of its limit ({card_balance} of {card_limit}); {threshold} or "
        "more counts as high use.",
    ),
    Reason(
        "CARD_INTEREST_CHARGED",
        "card_interest_charged",
        "Card interest of {shown} was charged in these {window_days} days; we note anything above "
        "{threshold}.",
    ),
    Reason(
        "CARD_MINIMUM_ONLY",
        "card_minimum_only",
        "Payments on a card in these {window_days} days were close to the minimum due, with more "
        "left on the statement.",
    ),
    Reason(
        "CARD_PAYMENT_PAST_DUE",
        "card_overdue",
        "A payment on {overdue_card} was due{overdue_since} and has not been recorded yet.",
    ),
    Reason(
        "PAY_GAP_LONG",
        "pay_gap_long",
        "Your paydays are typically {shown} apart; more than {threshold} counts as uneven income.",
    ),
    Reason(
        "CASH_BUFFER_THIN",
        "cash_buffer_thin",
        "Your checking balance of {checking_balance} would cover {shown} of your usual spending of "
        "{monthly_expenses} a month; under {threshold} counts as a thin cushion.{savings_note}",
    ),
    Reason(
        "LOW_BALANCE_DAYS",
        "low_balance_days",
        "Your main checking account ended {low_days} of {counted_days} days under $100 ({shown} of "
        "days); {threshold} or more counts as often.",
    ),
    Reason(
        "BALANCE_SWINGS",
        "balance_swings",
        "The balance of your main checking account typically swings by {shown} around its average "
        "of {mean_balance}; "
        "{threshold} or more counts as a wide swing.",
    ),
    Reason(
        "SUBSCRIPTION_COUNT",
        "subscription_count",
        "You have {shown} active subscriptions{subscription_names}; {threshold} or more counts as "
        "many.",
    ),
    Reason(
        "SUBSCRIPTION_SPEND",
        "subscription_spend",
        "Your subscriptions come to {shown} a month; we look for {threshold} or more.",
    ),
    Reason(
        "SUBSCRIPTION_SHARE",
        "subscription_share",
        "Subscriptions are {shown} of what you spent in these {window_days} days; we look for "
        "{threshold} or more.",
    ),
    Reason(
        "SAVINGS_GROWTH",
        "savings_growth",
        "What you put into savings in these {window_days} days made them grow by {shown}; we look "
        "for {threshold} or more.",
    ),
    Reason(
        "SAVINGS_INFLOW",
        "savings_inflow",
        "You add {shown} a month to savings, after what you take out; we look for {threshold} or "
        "more.",
    ),
    Reason("NO_CARD", "no_card", "You have no credit card.", ranks_as=0.0),
    Reason(
        "CARD_USE_LOW",
        "card_use_low",
        "{card_start}, your most used, is at {shown} of its limit; under {threshold} counts as "
        "light use.",
    ),
    Reason("ALSO_MATCHES", None, "Your finances also show {secondary_plain}."),
    Reason(
        "NO_RULE_MATCHED",
        None,
        "None of the {rule_count} patterns we look for shows in the {window_days} days to "
        "{as_of_text}.",
    ),
    Reason("CLOSEST_RULE", None, "The closest is {runner_up_plain}: {runner_up_missing}."),
    Reason("NO_DATA", None, "We have no data on {missing_behaviours}."),
    Reason(
        "SHORT_HISTORY",
        None,
        "We see {history_days} days of history, less than the {window_days} days looked at.",
    ),
)
CODES = frozenset(reason.code for reason in REASONS)
_SLOT = re.compile(r"\{(\w+)\}")


def reason(code: str) -> Reason:
    """The declared reason of that code."""
    return next(r for r in REASONS if r.code == code)


def reason_for(criterion: Criterion) -> Reason:
    """The reason that reports this criterion as met."""
    return next(r for r in REASONS if r.criterion == criterion.key)


def filled(template: str, slots: Mapping[str, str]) -> str:
    """The template as a SQL text expression; a slot is a column unless `slots` says otherwise."""
    parts = _SLOT.split(template)  # literal, slot, literal, slot, …
    pieces = [
        literal(part) if i % 2 == 0 else f"coalesce(({slots.get(part, part)})::varchar, 'no data')"
        for i, part in enumerate(parts)
        if part
    ]
    return " || ".join(pieces)


def sentence(criterion: Criterion) -> str:
    """The reason for a met criterion, as a SQL text expression over the facts."""
    return filled(
        reason_for(criterion).template,
        {"shown": f"shown_{criterion.key}", "threshold": literal(threshold_text(criterion))},
    )


def what_is_missing(criterion: Criterion) -> str:
    """What an unmet criterion would take, as a SQL text expression over the facts."""
    if criterion.is_yes_no:
        return literal(f"there is no sign of {criterion.label}")
    threshold = threshold_text(criterion)
    if criterion.operator is AT_LEAST:
        takes = f"{threshold} or more"
    elif criterion.operator is IS:
        takes = threshold
    elif criterion.operator is ABOVE:
        takes = f"more than {threshold}"
    else:
        takes = f"under {threshold}"
    ending = literal(f", and it takes {takes}")
    return f"{literal(f'{criterion.label} is ')} || shown_{criterion.key} || {ending}"


def documentation() -> tuple[tuple[str, str, str], ...]:
    """Rows (code, criterion or '-', template) for the docs."""
    return tuple((r.code, r.criterion or "-", r.template) for r in REASONS)


if {c.key for rule in RULE_BOOK for c in rule.criteria} != {  # pragma: no cover
    r.criterion for r in REASONS if r.criterion
}:
    msg = "every criterion of the rule book needs exactly one reason"
    raise RuntimeError(msg)
