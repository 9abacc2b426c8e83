"""Amounts as text in plain digits and with our sign, however theirs are written: as SQL.

What is not written as it is said to be keeps its text and a mark, so that `values.py` names it.
"""

from __future__ import annotations

from collections.abc import Mapping

from spendsense_pipeline.importing.mapping import NumberFormat, TableMapping
from spendsense_pipeline.sql import identifier, literal

PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)$"
"""A number in plain digits."""
UNCLEAR = " | "
"""Between an amount and what makes its direction unclear."""
NOT_AS_SAID = " (not as said)"
"""Behind a number that is written otherwise than the mapping says."""
_BLANKS = " \t\u00a0\u2007\u202f"


def trimmed(source: str) -> str:
    """SQL of a text without blanks around it, those that do not break included; blank is null."""
    return f"nullif(trim({source}, {literal(_BLANKS)}), '')"


def with_ascii_minus(text: str) -> str:
    return f"replace({text}, '\u2212', '-')"


def plain_number(text: str, numbers: NumberFormat) -> str:
    """SQL of a number as it is said to be written in plain digits.

    What is not written so keeps its text and is marked: `12.5` is no number where points part
    thousands, although it would be a plain one.
    """
    if numbers == NumberFormat():
        return text
    bare = text
    for sign in sorted(numbers.currency_sign, key=len, reverse=True):
        bare = f"replace({bare}, {literal(sign)}, '')"
    blanks = literal(f"[\\s{_BLANKS}]+")
    bare = f"regexp_replace({bare}, {blanks}, ' ', 'g')"
    if numbers.parentheses:
        bare = rf"regexp_replace({bare}, '^\s*\((.*)\)\s*$', '-\1')"
    if numbers.minus == "trailing":
        bare = rf"regexp_replace({bare}, '^(.*[0-9])\s*-\s*$', '-\1')"
    mark = numbers.thousands_mark
    decimal = r"\." if numbers.decimal_mark == "." else ","
    whole = r"\d+"
    if mark is not None:
        escaped = rf"\{mark}" if mark == "." else mark
        whole = rf"(\d+|\d{{1,3}}({escaped}\d{{3}})+)"
    # Only what is wholly written that way: `1,23` is no number where commas stand for thousands.
    form = literal(rf"^[+-]?\s?({whole}({decimal}\d*)?|{decimal}\d+)$")
    bare = f"trim({bare})"
    digits = bare if mark in (None, " ") else f"replace({bare}, {literal(mark)}, '')"
    digits = f"replace({digits}, ' ', '')"
    if numbers.decimal_mark == ",":
        digits = f"replace({digits}, ',', '.')"
    other = f"{text} || {literal(NOT_AS_SAID)}"
    return f"case when regexp_matches({bare}, {form}) then {digits} else {other} end"


def split_amount(debit: str, credit: str, said: TableMapping) -> str:
    """Money out positive, money in negative; the one that is blank or zero says nothing.

    Both columns may carry a sign of their own (a debit of -20.00 is still money out). A row that
    fills both keeps both, for `values.py` to name.
    """
    out, into = (
        plain_number(with_ascii_minus(trimmed(column)), said.numbers) for column in (debit, credit)
    )
    zero = literal(r"^[+-]?0*\.?0*$")
    is_out, is_in = (
        f"({text} is not null and not regexp_matches({text}, {zero}))" for text in (out, into)
    )
    plain = literal(PLAIN)
    unsigned = {text: f"ltrim({text}, '+-')" for text in (out, into)}
    return (
        f"case when {is_out} and {is_in} then {out} || {literal(UNCLEAR + 'credit ')} || {into} "
        f"when {is_out} then case when regexp_matches({out}, {plain}) "
        f"then {unsigned[out]} else {out} end "
        f"when {is_in} then case when regexp_matches({into}, {plain}) "
        f"then '-' || {unsigned[into]} else {into} end "
        f"else coalesce({out}, {into}) end"
    )


def directed(amount: str, theirs: Mapping[str, str], said: TableMapping) -> str:
    """The amount with the sign its direction says; of a word nobody named: nothing readable."""
    assert said.direction is not None
    column = identifier(theirs[said.direction.column.strip().lower()])
    word = f"lower(trim({column}))"
    out, into = (
        ", ".join(literal(each.strip().lower()) for each in words)
        for words in (said.direction.out, said.direction.into)
    )
    plain = f"regexp_matches({amount}, {literal(PLAIN)})"
    return (
        f"case when {amount} is null or not {plain} then {amount} "
        f"when {word} in ({out}) then ltrim({amount}, '+-') "
        f"when {word} in ({into}) then '-' || ltrim({amount}, '+-') "
        f"else {amount} || {literal(UNCLEAR)} || coalesce(trim({column}), 'no direction') end"
    )
