"""Amounts as they are typed into a search: `12.50`, `$1,200`, `>100`, `<=20`, `10-20`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_NUMBER: Final = r"\$?(\d{1,9}|\d{1,3}(?:,\d{3})+)?(\.\d{1,2})?"
_ONE: Final = re.compile(rf"([<>]=?|=)?{_NUMBER}")
_RANGE: Final = re.compile(rf"{_NUMBER}(?:-|–|\.\.){_NUMBER}")


@dataclass(frozen=True)
class AmountAsked:
    """A condition on what a row moved, whichever way it went.

    Attributes:
        operator: SQL's comparison, or `between`.
        least_usd: what it is compared with; the lower end of a range.
        most_usd: the upper end of a range.
        is_certain: it can be nothing but an amount; without, it may be text that looks like one.
    """

    operator: str
    least_usd: Decimal
    most_usd: Decimal
    is_certain: bool


def amount_asked(term: str) -> AmountAsked | None:
    """What a word of a search says of amounts; None where it is no amount.

    Args:
        term: as typed, without spaces.
    """
    if (found := _ONE.fullmatch(term)) and (value := _number(found[2], found[3])) is not None:
        operator = found[1] or "="
        return AmountAsked(operator, value, value, is_certain=bool(found[1]) or "$" in term)
    if found := _RANGE.fullmatch(term):
        one, other = _number(found[1], found[2]), _number(found[3], found[4])
        if one is not None and other is not None:
            return AmountAsked("between", min(one, other), max(one, other), is_certain=False)
    return None


def _number(whole: str | None, cents: str | None) -> Decimal | None:
    if whole is None and cents is None:
        return None
    return Decimal((whole or "0").replace(",", "") + (cents or ""))
