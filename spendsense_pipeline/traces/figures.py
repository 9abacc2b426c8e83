"""Numbers as a person reads them, as SQL expressions: short enough to be easy, exact enough to be
true.

A printed value carries as many digits as its comparison needs: a card at 49.996 % of its limit is
never said to be at "50%" where 50 % counts as high. What no digits can tell apart is said in words
("just under 50%").
"""

from __future__ import annotations

from decimal import Decimal

from spendsense_pipeline.personas.criteria import Criterion
from spendsense_pipeline.personas.rule_text import threshold_text
from spendsense_pipeline.sql import literal, number

_DIGITS = {
    "fraction": (1, 3, 6),
    "USD": (2, 3, 4),
    "USD per month": (2, 3, 4),
    "days": (1, 3),
    "months": (1, 3, 6),
    "count": (0,),
}


def shown(criterion: Criterion, passed: str) -> str:
    """The criterion's observed value as text that agrees with `passed`; null without data."""
    value = criterion.feature
    if criterion.is_yes_no:
        return f"case {value} when 1 then 'yes' when 0 then 'no' end"
    is_share = criterion.unit == "fraction"
    scaled = f"({value} * 100)" if is_share else value
    limit = number(float(Decimal(repr(criterion.limit)) * (100 if is_share else 1)))
    cases = " ".join(
        f"when ({_fixed(scaled, digits)}::double {criterion.operator.sql} {limit}) = {passed} "
        f"then {_with_unit(scaled, digits, criterion.unit)}"
        for digits in _DIGITS[criterion.unit]
    )
    beyond = literal(threshold_text(criterion))
    return (
        f"case when {value} is null then null {cases} "
        f"when {value} < {number(criterion.limit)} then 'just under ' || {beyond} "
        f"else 'just over ' || {beyond} end"
    )


def value_json(criterion: Criterion) -> str:
    """A feature's value as JSON text, null without data: yes/no as a boolean, counts whole."""
    if criterion.is_yes_no:
        return f"({criterion.feature} = 1)::varchar"
    if criterion.unit == "count":
        return f"{criterion.feature}::bigint::varchar"
    return f"{criterion.feature}::varchar"


def dollars(amount: str) -> str:
    """An amount of money, cents only where there are any."""
    return f"regexp_replace({_money(amount, 2)}, '\\.00$', '')"


def day(date: str) -> str:
    """A date in words: June 30, 2026."""
    return f"strftime({date}, '%B %-d, %Y')"


def _fixed(value: str, digits: int) -> str:
    return f"format('{{:.{digits}f}}', {value})"


def _trimmed(value: str, digits: int) -> str:
    """Fixed digits without trailing zeros, and without the sign of a negative nothing."""
    if digits == 0:
        return f"regexp_replace({_fixed(value, 0)}, '^-0$', '0')"
    without_zeros = f"regexp_replace({_fixed(value, digits)}, '\\.?0+$', '')"
    return f"regexp_replace({without_zeros}, '^-0$', '0')"


def _money(value: str, digits: int) -> str:
    sign = f"case when {value} < 0 then '-' else '' end"
    return f"({sign} || format('${{:,.{digits}f}}', abs({value})::double))"


def _with_unit(value: str, digits: int, unit: str) -> str:
    if unit == "fraction":
        return f"{_trimmed(value, digits)} || '%'"
    if unit in ("USD", "USD per month"):
        return dollars(value) if digits == 2 else _money(value, digits)
    if unit == "count":
        return _trimmed(value, digits)
    singular = unit.removesuffix("s")
    digits_text = _trimmed(value, digits)
    return f"{digits_text} || case {digits_text} when '1' then ' {singular}' else ' {unit}' end"
