"""Figures of credit cards: how they are used, what they allow and charge, how statements differ."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spendsense_pipeline.checks.realism import sources
from spendsense_pipeline.checks.realism.figures import Band, RealismFigure
from spendsense_pipeline.checks.realism.per_person import PerPerson
from spendsense_pipeline.checks.realism.requested import (
    filled_ranges,
    revolver_band,
    utilization_band,
)
from spendsense_pipeline.checks.realism.samples import Share
from spendsense_pipeline.checks.realism.wholes import Total, WidestHole
from spendsense_pipeline.checks.running import CheckRun


def credit(run: CheckRun) -> Iterator[RealismFigure]:
    """Everything about credit cards."""
    cards = PerPerson(run.file_rows("realism_figures/cards.sql"))
    yield from _use(run, cards)
    yield from _statements(cards)
    yield from _terms(cards)
    payments = PerPerson(run.file_rows("realism_figures/payment_names.sql"))
    yield RealismFigure(
        "card payments under the most frequent name",
        payments.share("under_usual_name", "payments"),
        Band(None, 0.75),
        "each issuer names its own",
        least_cases=100,
    )


def _use(run: CheckRun, cards: PerPerson) -> Iterator[RealismFigure]:
    resolved = run.resolved
    is_fixed = resolved.is_natural
    for name, place, survey in (
        ("p50", 0.5, Band(0.026, 0.126)),
        ("p75", 0.75, Band(0.468, 0.568)),
        ("p90", 0.9, Band(0.891, 0.991)),
    ):
        yield RealismFigure(
            f"card utilisation, {name}",
            cards.quantile("utilization", place),
            utilization_band(resolved, place, survey),
            sources.CARD_USE,
            is_asked_otherwise=not is_fixed,
        )
    holders: dict[str, float] = {}
    for row in cards.rows:
        holders[row["user_id"]] = max(holders.get(row["user_id"], 0.0), float(row["is_charged"]))
    yield RealismFigure(
        "card users who pay interest",
        Share(np.array(list(holders.values())), np.ones(len(holders))),
        revolver_band(resolved),
        sources.REVOLVERS,
        is_asked_otherwise=not is_fixed,
    )
    yield RealismFigure(
        "widest hole in card use within a requested band, points",
        WidestHole(100 * cards.known("utilization"), filled_ranges(resolved)),
        Band(None, 5),
        f"{sources.JUDGED}: balances come from purchases, which are of any size",
        # Among fewer, chance leaves such holes where a band is thinly filled.
        least_cases=120,
        is_asked_otherwise=not is_fixed,
    )


def _statements(cards: PerPerson) -> Iterator[RealismFigure]:
    several = cards.where(lambda row: row["cycles"] >= 2)
    yield RealismFigure(
        "cards with two cycles of exactly equal purchases",
        several.share("has_equal_cycles"),
        Band(None, 0.06),
        sources.JUDGED,
        least_months=3,
    )
    yield RealismFigure(
        "first statements in whose cycle a balance was paid",
        cards.share("has_first_paid", "has_first"),
        Band(0.2, None),
        sources.CARD_PAYMENTS,
    )


def _terms(cards: PerPerson) -> Iterator[RealismFigure]:
    for name, having, of in (
        ("cards opened before their holder was 18", "is_too_early", None),
        ("card limits outside the product's range", "is_limit_outside", "is_known"),
        ("card rates outside the product's range", "is_rate_outside", "has_rate"),
        ("purchases on a store's card at other merchants", "is_elsewhere", "store_purchases"),
    ):
        cases = len(cards.rows) if of is None else int(cards.numbers(of).sum())
        source = sources.CARD_ACT if of is None else sources.CARD_TERMS
        yield RealismFigure(
            name, Total(int(cards.numbers(having).sum()), cases), Band(None, 0), source
        )
