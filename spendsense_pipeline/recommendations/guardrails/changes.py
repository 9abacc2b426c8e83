"""Small changes that make a good recommendation bad: of its list of criteria, and of its numbers.

Criteria are changed in place, the answer says whether they could be. Of numbers the rationale is
returned, None where the row does not lend itself to the change; what it rests on changes in place.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

_NUMBER: Final = re.compile(r"\d")


def turn(verdicts: list[Any]) -> bool:
    """The last verdict is the opposite of what it is."""
    verdicts[-1]["is_met"] = not verdicts[-1]["is_met"]
    return True


def overstate(verdicts: list[Any]) -> bool:
    """The first value is a little more than it is."""
    first = verdicts[0]
    if first["operator"] != ">=" or first["unit"] == "yes/no" or first["value"] is None:
        return False
    first["value"] += 0.01
    return True


def forget_value(verdicts: list[Any]) -> bool:
    """The last value is said to be unknown."""
    verdicts[-1].update(value=None, is_met=False)
    return True


def leave_out(role: str) -> Callable[[list[Any]], bool]:
    """The last criterion of a role is left out."""

    def change(verdicts: list[Any]) -> bool:
        of_role = [each for each in verdicts if each["role"] == role]
        if not of_role:
            return False
        verdicts.remove(of_role[-1])
        return True

    return change


def move_threshold(verdicts: list[Any]) -> bool:
    """The last threshold is a little less than it is."""
    last = verdicts[-1]
    if last["operator"] not in (">=", ">"):
        return False
    last["threshold"] -= 0.5
    return True


def list_unmet(verdicts: list[Any]) -> bool:
    """A criterion that does not hold is listed beside the others."""
    unmet = copy.deepcopy(verdicts[-1])
    unmet.update(role="eligibility", operator="<", threshold=-1e9, is_met=False, criterion=None)
    verdicts.append(unmet)
    return True


def clear(verdicts: list[Any]) -> bool:
    """No criterion is listed."""
    verdicts.clear()
    return True


@dataclass(frozen=True)
class Told:
    """A rationale, and what it rests on, which changes in place."""

    rationale: str
    because: dict[str, Any]


def _printed(told: Told) -> dict[str, Any] | None:
    """The first number named that stands in the rationale, once, and is like no other."""
    named = [*told.because["features"], *told.because["rows"]]
    for each in named:
        shown = each["shown"]
        if each["unit"] == "text" or not shown or told.rationale.count(shown) != 1:
            continue
        return each  # type: ignore[no-any-return]
    return None


def _other_digit(text: str) -> str:
    """The text with its first digit another."""
    return _NUMBER.sub(lambda digit: "1" if digit[0] == "9" else str(int(digit[0]) + 1), text, 1)


def misprint(told: Told) -> str | None:
    """A digit is another in the rationale."""
    each = _printed(told)
    return told.rationale.replace(each["shown"], _other_digit(each["shown"])) if each else None


def misprint_throughout(told: Told) -> str | None:
    """A digit is another wherever the number is shown."""
    changed = misprint(told)
    if each := _printed(told):
        each["shown"] = _other_digit(each["shown"])
    return changed


def lie_throughout(told: Told) -> str | None:
    """A number is another wherever it stands."""
    each = _printed(told)
    if each is None or each["unit"] not in ("USD", "USD per month") or each["value"] < 100:
        return None
    shown = each["shown"]
    each["value"] += 1_000
    each["shown"] = f"${round(each['value']):,}"
    return told.rationale.replace(shown, each["shown"])


def one_cent(told: Told) -> str | None:
    """A value is a cent more."""
    for each in (*told.because["features"], *told.because["rows"]):
        if each["unit"] in ("USD", "USD per month") and each["value"] is not None:
            each["value"] = round(each["value"] + 0.01, 2)
            return told.rationale
    return None


def other_sign(told: Told) -> str | None:
    """A number is negative."""
    each = _printed(told)
    return told.rationale.replace(each["shown"], f"-{each['shown']}") if each else None


def no_separator(told: Told) -> str | None:
    """A comma is a point."""
    each = _printed(told)
    if each is None or "," not in each["shown"]:
        return None
    return told.rationale.replace(each["shown"], each["shown"].replace(",", "."))


def other_row(told: Told) -> str | None:
    """A row is named that there is not."""
    if not told.because["rows"]:
        return None
    told.because["rows"][0]["id"] += "0"
    return told.rationale


def other_mask(told: Told) -> str | None:
    """A card or merchant with a digit in its name has another."""
    for each in told.because["rows"]:
        if each["unit"] == "text" and _NUMBER.search(each["shown"]):
            return told.rationale.replace(each["shown"], _other_digit(each["shown"]))
    return None


def other_trace(told: Told) -> str:
    """Another decision is named."""
    told.because["trace_id"] = "0" * 32
    return told.rationale
