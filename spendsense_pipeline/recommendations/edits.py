"""Rationales an operator has written anew: whether one may stand, and how it reads with the
person's numbers of the day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.errors import ProblemsError, SpendSenseError
from spendsense_pipeline.recommendations.catalogue import pieces_of, slots_of
from spendsense_pipeline.recommendations.facts import facts
from spendsense_pipeline.recommendations.guardrails import GUARDRAILS, judge
from spendsense_pipeline.recommendations.knowing import QUERIES, knowing
from spendsense_pipeline.recommendations.relations import TOLD, about_cited, create_told, fact_no
from spendsense_pipeline.recommendations.templates import (
    LONGEST_RATIONALE,
    citable,
    problems_of_template,
)
from spendsense_pipeline.sql import identifier, literal
from spendsense_pipeline.tables.advice import RECOMMENDATIONS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

Key = tuple[str, int]
"""recommendation_id and window_days."""
# What an edit cannot change: how many items the person has, and their ranks.
_OF_LISTS: Final = ("words_are_the_items",)


@dataclass(frozen=True)
class Edited:
    """A rationale written anew, with the person's numbers.

    Attributes:
        text: as the person reads it.
        because: that of the recommendation, with what the text cites as well; JSON.
    """

    text: str
    because: str


def check_edit(
    con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig, recommendation_id: str, text: str
) -> str:
    """Whether an operator's rationale may stand in place of the catalogue's.

    Args:
        con: the published dataset; read-only is enough.
        resolved: its configuration.
        recommendation_id: which recommendation.
        text: a template with {slots}.

    Returns:
        The text with the person's numbers, of the shortest window it stands in.

    Raises:
        SpendSenseError: (exit 2) no recommendation has that id.
        ProblemsError: (exit 2) a sentence for each figure of its own, slot that is unknown or has
            no value for the person, and phrase a guardrail stops.
    """
    windows = [
        window
        for (window,) in con.execute(
            "select window_days from recommendations where recommendation_id = $id order by 1",
            {"id": recommendation_id},
        ).fetchall()
    ]
    if not windows:
        raise SpendSenseError(
            problem=f"recommendation_id must be that of a recommendation; {recommendation_id} is "
            "of none",
            remedy="see `spendsense review list`",
        )
    template = " ".join(text.split())
    problems = problems_of_template(template)
    if len(template) > LONGEST_RATIONALE:
        problems.append(
            f"rationale must have at most {LONGEST_RATIONALE} characters; it has {len(template)}: "
            "shorten it"
        )
    edited: Mapping[Key, Edited | None] = {}
    if not problems:
        edited = render(con, {recommendation_id: template})
        problems = _unknown(con, recommendation_id, template, edited)
    texts = {
        window: found.text if (found := edited.get((recommendation_id, window))) else template
        for window in windows
    }
    proofs = {
        window: found.because
        for window in windows
        if (found := edited.get((recommendation_id, window)))
    }
    problems += _stopped(con, resolved, recommendation_id, texts, proofs)
    if problems:
        raise ProblemsError(list(dict.fromkeys(problems)), "write another text")
    return texts[windows[0]]


def render(
    con: duckdb.DuckDBPyConnection, templates: Mapping[str, str]
) -> Mapping[Key, Edited | None]:
    """Edited rationales with the numbers of each person, and what they rest on.

    Args:
        con: holds recommendations and what they are made from.
        templates: by recommendation_id, each with slots that are known.

    Returns:
        Of every recommendation there is among them, in each of its windows; None where a slot has
        no value for the person any more.
    """
    if not templates:
        return {}
    slots = {each: slots_of(template) for each, template in templates.items()}
    return {
        (each, window): _edited(templates[each], because, slots[each], *told)
        for each, window, because, *told in _told_of(con, slots)
    }


def slot_values(
    con: duckdb.DuckDBPyConnection, recommendation_id: str
) -> Mapping[str, tuple[str | None, ...]]:
    """What every slot would print for a person, by window from the shortest; None: not known.

    Args:
        con: holds recommendations and what they are made from.
        recommendation_id: the recommendation whose rationale would cite it.

    Returns:
        By slot, its words in each window.
    """
    names = citable()
    rows = _told_of(con, {recommendation_id: names})
    return {name: tuple(words[place] for *_, words, _ in rows) for place, name in enumerate(names)}


def _told_of(
    con: duckdb.DuckDBPyConnection, slots: Mapping[str, tuple[str, ...]]
) -> list[tuple[Any, ...]]:
    """Rows of `edited.sql`, of slots by recommendation."""
    asked = json.dumps(
        [
            {"recommendation_id": each, "cited": [fact_no(name) for name in names]}
            for each, names in slots.items()
        ]
    )
    people = (
        "select distinct user_id from recommendations "
        f"where recommendation_id in (select unnest({literal(list(slots))}))"
    )
    with knowing(con, people):
        create_told(con)
        rows = con.execute(QUERIES.text("edited.sql"), {"templates": asked}).fetchall()
    con.execute(f"drop table temp.{TOLD}")
    return rows


def _edited(
    template: str,
    because: str,
    names: tuple[str, ...],
    amounts: list[float | None],
    words: list[str | None],
    row_ids: list[str | None],
) -> Edited | None:
    if None in words:
        return None
    said = dict(zip(names, words, strict=True))
    text = "".join(
        str(said[piece]) if position % 2 else piece
        for position, piece in enumerate(pieces_of(template))
    )
    proofs = json.loads(because)
    named = {each["feature"] for each in proofs["features"]}
    named |= {each["slot"] for each in proofs["rows"]}
    for name, amount, row_id in zip(names, amounts, row_ids, strict=True):
        if name not in named:
            fact = facts()[name]
            cited: dict[str, Any] = about_cited(fact)
            if fact.row:
                cited["id"] = row_id
            cited |= {"value": amount, "shown": said[name]}
            proofs["rows" if fact.row else "features"].append(cited)
    return Edited(text, json.dumps(proofs, separators=(",", ":"), ensure_ascii=False))


def _unknown(
    con: duckdb.DuckDBPyConnection,
    recommendation_id: str,
    template: str,
    edited: Mapping[Key, Edited | None],
) -> list[str]:
    """A sentence for each slot that has no value, where some text could not be told."""
    if all(edited.values()):
        return []
    alone = {name: f"{{{name}}}" for name in slots_of(template)}
    return [
        f"rationale must cite what is known of the person; {slot} has no value for them: "
        "use another slot"
        for slot in alone.values()
        if not all(render(con, {recommendation_id: slot}).values())
    ]


def _stopped(
    con: duckdb.DuckDBPyConnection,
    resolved: ResolvedConfig,
    recommendation_id: str,
    texts: Mapping[int, str],
    proofs: Mapping[int, str],
) -> list[str]:
    """What guardrails say of the texts, by window; of the words alone where none could be told."""
    guardrails = [
        guardrail
        for guardrail in GUARDRAILS
        if guardrail.name not in _OF_LISTS and (proofs or guardrail.name != "numbers_derive")
    ]
    with _in_front(con, recommendation_id):
        for window, text in texts.items():
            con.execute(
                "update recommendations set rationale = $text, because = coalesce($proof, because)"
                " where window_days = $window",
                {"text": text, "proof": proofs.get(window), "window": window},
            )
        breaches = judge(con, resolved, guardrails)
    return [
        row["problem"]
        for breach in breaches.values()
        for row in breach.rows
        if row["recommendation_id"] == recommendation_id
    ]


@contextmanager
def _in_front(con: duckdb.DuckDBPyConnection, recommendation_id: str) -> Iterator[None]:
    """A temporary copy of the one recommendation, in front of all."""
    [(stored,)] = con.execute("select current_database()").fetchall()
    name = RECOMMENDATIONS.name
    con.execute(
        f"create temp table {name} as select * from {identifier(stored)}.main.{name}"
        " where recommendation_id = $id",
        {"id": recommendation_id},
    )
    try:
        yield
    finally:
        con.execute(f"drop table temp.{name}")
