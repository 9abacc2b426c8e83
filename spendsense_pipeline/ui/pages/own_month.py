"""A person's month: what came in, went out and for what, when pay comes, and what is coming up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from spendsense_pipeline.reporting.wording import money
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.panels import figures, panel

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.own_room import Expected, OwnRoom

_CATEGORIES_SHOWN = 6
_COMING_SHOWN = 12


def their_month(found: OwnRoom) -> None:
    """Money in and out, the next payday, and the largest categories as bars.

    Args:
        found: the person's.
    """
    flow = found.flow
    if flow is None:
        return
    payday = found.next_payday
    days = f"{_day(flow.first_day)} to {_day(flow.last_day)}"
    left = flow.money_in_usd - flow.money_out_usd
    figures(
        [
            ("Money in", money(flow.money_in_usd), days),
            (
                "Money out",
                money(flow.money_out_usd),
                f"{money(abs(left))} {'less' if left >= 0 else 'more'} than came in",
            ),
            (
                "Next payday",
                _day(payday.date) if payday else "not known",
                f"about {money(payday.amount_usd)} from {payday.name}" if payday else "",
            ),
        ]
    )
    spent = [each for each in flow.categories if each.spend_usd > 0]
    with panel("Where it went", f"Your largest, {days}; money you move between accounts aside."):
        if not spent:
            text("Nothing was spent.")
            return
        most = spent[0].spend_usd
        bars = [
            _bar(each.label, money(each.spend_usd), float(each.spend_usd / most))
            for each in spent[:_CATEGORIES_SHOWN]
        ]
        rest = sum(each.spend_usd for each in spent[_CATEGORIES_SHOWN:])
        if rest:
            bars.append(_bar("Everything else", money(rest), float(rest / most)))
        show(joined(*bars), element="ul", classes="plain amounts")


def coming_up(found: OwnRoom) -> None:
    """Bills, subscriptions and pay that are expected, in order.

    Args:
        found: the person's.
    """
    with panel("Coming up", "What comes regularly and is expected next; amounts are about right."):
        if not found.coming_up:
            text("Nothing regular shows in the month ahead.")
            return
        lines = [_line(each) for each in found.coming_up]
        show(joined(*lines[:_COMING_SHOWN]), element="ul", classes="plain coming")
        if more := lines[_COMING_SHOWN:]:
            show(
                tag(
                    "details",
                    tag("summary", f"{len(more)} more"),
                    tag("ul", *more, class_="plain coming"),
                )
            )


def _bar(label: str, amount: str, share: float) -> Markup:
    return tag(
        "li",
        tag("span", label),
        tag("span", amount, class_="numeric"),
        tag("progress", max="1", value=f"{min(share, 1):.3f}", aria_hidden="true"),
    )


def _line(each: Expected) -> Markup:
    return tag(
        "li",
        tag("time", _day(each.date), datetime=each.date.isoformat(), class_="note"),
        tag("span", each.name, class_="grow"),
        tag("span", "pay", class_="badge good") if each.is_money_in else None,
        tag("span", f"{'+' if each.is_money_in else ''}{money(each.amount_usd)}", class_="numeric"),
    )


def _day(day: dt.date) -> str:
    return f"{day:%b} {day.day}"
