"""Histograms of a value in both windows, in bins that are the same for both and easily read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader

BINS: Final = 30
# Round widths that an axis can be labelled with.
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_ENDS: Final = (0.01, 0.99)
"""Bins cover what lies between these quantiles and every line; the first and last take the rest."""


@dataclass(frozen=True)
class Bin:
    """People whose value lies in `[from_value, to_value)`; the last bin holds its end too.

    The first counts everybody below it as well, and the last everybody above.
    """

    from_value: float
    to_value: float
    people_30d: int
    people_180d: int


def bins_of(
    published: DatasetReader, table: str, value: str, *, lines: Sequence[float], is_whole: bool
) -> tuple[Bin, ...]:
    """People by value, in bins of a round width; none where nobody has a value.

    Args:
        published: the dataset.
        table: a row per person and window, with `window_days`.
        value: SQL of the value.
        lines: thresholds that must lie within the bins.
        is_whole: values are whole numbers, and a bin is never narrower than one.
    """
    edges = _edges(published, table, value, lines, is_whole=is_whole)
    return _counted(published, table, value, edges) if edges else ()


def _edges(
    published: DatasetReader, table: str, value: str, lines: Sequence[float], *, is_whole: bool
) -> tuple[float, float, int] | None:
    """Where the first bin begins, how wide each is and how many there are; None without a value."""
    [(low, high, most)] = published.con.execute(
        f"select quantile_cont({value}::double, $low), quantile_cont({value}::double, $high), "
        f"max({value})::double from {table}",
        {"low": _ENDS[0], "high": _ENDS[1]},
    ).fetchall()
    if low is None:
        return None
    # A line beyond the greatest value would only add empty bins.
    ends = [low, high, *(line for line in lines if line <= most)]
    width = _round_width((max(ends) - min(ends)) / BINS)
    if is_whole:
        width = max(1.0, float(round(width)))
    first = math.floor(min(ends) / width) * width
    count = math.floor((max(ends) - first) / width) + 1
    return first, width, count


def _round_width(width: float) -> float:
    """The next round number: an axis of 0, 25, 50 is read at a glance."""
    if width <= 0:
        return 1.0
    magnitude = 10.0 ** math.floor(math.log10(width))
    return next(step * magnitude for step in _STEPS if step * magnitude >= width * (1 - 1e-9))


def _counted(
    published: DatasetReader, table: str, value: str, edges: tuple[float, float, int]
) -> tuple[Bin, ...]:
    first, width, count = edges
    counted = {
        place: (short, long)
        for place, short, long in published.con.execute(
            "select place, sum(short), sum(long) from ("
            # (Rounded: 0.3 / 0.1 is a little less than 3.)
            f"select floor(round(({value}::double - $first) / $width, 9)) as bin, "
            "greatest(0, least($last, bin))::integer as place, "
            f"(window_days = {SHORT_WINDOW})::integer as short, "
            f"(window_days = {LONG_WINDOW})::integer as long "
            f"from {table} where {value} is not null) group by place",
            {"first": first, "width": width, "last": count - 1},
        ).fetchall()
    }
    return tuple(
        Bin(
            round(first + place * width, 9),
            round(first + (place + 1) * width, 9),
            *counted.get(place, (0, 0)),
        )
        for place in range(count)
    )
