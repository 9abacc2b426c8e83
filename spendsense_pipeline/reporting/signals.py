"""How each feature is spread over the people, in both windows, with the rules' lines through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
from spendsense_pipeline.reporting.feature_lines import RuleLine, lines_of
from spendsense_pipeline.reporting.histogram import Bin, bins_of
from spendsense_pipeline.reporting.paging import one_of
from spendsense_pipeline.sql import create_temporary, identifier
from spendsense_pipeline.tables.features import FEATURES_BY_NAME, LONG_WINDOW, SHORT_WINDOW, WINDOWS

if TYPE_CHECKING:
    from spendsense_pipeline.personas.criteria import Criterion
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
NUMERIC: Final = tuple(c.name for c in FEATURES_BY_NAME.values() if c.type in ("INTEGER", "DOUBLE"))
"""Features with a place on a line, as they are declared."""
YES_NO: Final = tuple(c.name for c in FEATURES_BY_NAME.values() if c.type == "BOOLEAN")
WORDS: Final = tuple(c.name for c in FEATURES_BY_NAME.values() if c.type == "VARCHAR")
LOOKED_AT: Final = "_looked_at"


@dataclass(frozen=True)
class Spread:
    """A numeric feature in one window.

    Attributes:
        window_days: the window.
        people: how many are looked at.
        without_value: how many of them have none.
        least: the smallest value; None where nobody has one, like the others.
        most: the greatest.
        quantiles: at `QUANTILES`.
    """

    window_days: int
    people: int
    without_value: int
    least: float | None
    most: float | None
    quantiles: tuple[float | None, ...]


@dataclass(frozen=True)
class Caught:
    """A rule's line, and the share of the people looked at that lie on its side of it."""

    line: RuleLine
    share_30d: float | None
    share_180d: float | None


@dataclass(frozen=True)
class Signal:
    """A numeric feature over the people.

    Attributes:
        name: of the feature.
        label: as people say it.
        unit: of its values.
        description: what it measures.
        bins: the same for both windows, so that these can be compared.
        spreads: one for each window, the shorter first.
        lines: of the rules.
        changed_people: how many have a value in both windows, and not the same.
        higher_30d: how many of them have the greater one in the shorter window.
    """

    name: str
    label: str
    unit: str | None
    description: str
    bins: tuple[Bin, ...]
    spreads: tuple[Spread, ...]
    lines: tuple[Caught, ...]
    changed_people: int
    higher_30d: int


@dataclass(frozen=True)
class YesNoSignal:
    """A yes-or-no feature over the people; shares are of those with data."""

    name: str
    label: str
    description: str
    people: int
    with_data_30d: int
    with_data_180d: int
    share_30d: float | None
    share_180d: float | None
    lines: tuple[Caught, ...]


def signal(
    published: DatasetReader,
    settings: Settings,
    name: str,
    *,
    persona: str | None = None,
    persona_window_days: int = SHORT_WINDOW,
) -> Signal:
    """How a numeric feature is spread.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        name: one of `NUMERIC`.
        persona: only people assigned this persona.
        persona_window_days: in this window.

    Raises:
        SpendSenseError: there is no such feature, persona or window.
    """
    one_of("feature", name, NUMERIC)
    _look_at(published, settings, (name,), persona, persona_window_days)
    column, value = FEATURES_BY_NAME[name], identifier(name)
    criteria = [(c, line) for c, line in lines_of(published) if c.feature == name]
    spreads = tuple(_spread(published, value, window) for window in WINDOWS)
    [(changed, higher)] = published.con.execute(
        f"select count(*) filter (short.{value} <> long.{value}), "
        f"count(*) filter (short.{value} > long.{value}) from _looked_at as short "
        "join _looked_at as long using (user_id) "
        f"where short.window_days = {SHORT_WINDOW} and long.window_days = {LONG_WINDOW}"
    ).fetchall()
    return Signal(
        name=name,
        label=column.label or name,
        unit=column.unit,
        description=column.description,
        bins=bins_of(
            published,
            LOOKED_AT,
            value,
            lines=[line.threshold for _, line in criteria if not line.is_yes_no],
            is_whole=column.type == "INTEGER",
        ),
        spreads=spreads,
        lines=tuple(_caught(published, criterion, line) for criterion, line in criteria),
        changed_people=changed,
        higher_30d=higher,
    )


def yes_no_signals(
    published: DatasetReader,
    settings: Settings,
    *,
    persona: str | None = None,
    persona_window_days: int = SHORT_WINDOW,
) -> tuple[YesNoSignal, ...]:
    """Every yes-or-no feature as shares, in the order they are declared.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        persona: only people assigned this persona.
        persona_window_days: in this window.

    Raises:
        SpendSenseError: there is no such persona or window.
    """
    _look_at(published, settings, YES_NO, persona, persona_window_days)
    return tuple(_yes_no(published, name) for name in YES_NO)


def word_shares(
    published: DatasetReader, settings: Settings, name: str
) -> tuple[tuple[str, int, int], ...]:
    """How many people have each word of a feature, in the shorter and the longer window.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        name: one of `WORDS`.

    Raises:
        SpendSenseError: there is no such feature.
    """
    one_of("feature", name, WORDS)
    _look_at(published, settings, (name,), None, SHORT_WINDOW)
    value = identifier(name)
    rows = published.con.execute(
        f"select {value}, count(*) filter (window_days = {SHORT_WINDOW}), "
        f"count(*) filter (window_days = {LONG_WINDOW}) from _looked_at "
        f"where {value} is not null group by 1 order by 2 desc, 1"
    ).fetchall()
    return tuple(rows)


def _look_at(
    published: DatasetReader,
    settings: Settings,
    names: tuple[str, ...],
    persona: str | None,
    persona_window_days: int,
) -> None:
    """Make `_looked_at`: features of both windows of the people looked at, who all consent."""
    columns = ", ".join(identifier(name) for name in names)
    parameters: dict[str, Any] = {"withdrawn": withdrawn(read_decisions(settings))}
    chosen = ""
    if persona is not None:
        one_of("window", str(persona_window_days), [str(window) for window in WINDOWS])
        parameters["persona"] = one_of("persona", persona, PERSONA_KEYS)
        parameters["persona_window"] = persona_window_days
        chosen = (
            " and user_id in (select user_id from persona_assignments"
            " where primary_persona = $persona and window_days = $persona_window)"
        )
    create_temporary(
        published.con,
        LOOKED_AT,
        " union all ".join(
            f"select user_id, {window} as window_days, {columns} from features_{window}d "
            f"where not list_contains($withdrawn::varchar[], user_id){chosen}"
            for window in WINDOWS
        ),
        parameters,
    )


def _spread(published: DatasetReader, value: str, window: int) -> Spread:
    [(people, without, least, most, quantiles)] = published.con.execute(
        f"select count(*), count(*) - count({value}), min({value})::double, max({value})::double, "
        f"quantile_cont({value}::double, $shares::double[]) from _looked_at "
        "where window_days = $window",
        {"shares": list(QUANTILES), "window": window},
    ).fetchall()
    return Spread(window, people, without, least, most, tuple(quantiles or [None] * len(QUANTILES)))


def _caught(published: DatasetReader, criterion: Criterion, line: RuleLine) -> Caught:
    value = f"{identifier(criterion.feature)}::double"
    shares = dict(
        published.con.execute(
            f"select window_days, count(*) filter ({value} {criterion.operator.sql} $limit)"
            " / count(*) from _looked_at group by window_days",
            {"limit": criterion.limit},
        ).fetchall()
    )
    return Caught(line, shares.get(SHORT_WINDOW), shares.get(LONG_WINDOW))


def _yes_no(published: DatasetReader, name: str) -> YesNoSignal:
    column, value = FEATURES_BY_NAME[name], identifier(name)
    counted = {
        window: (people, with_data, share)
        for window, people, with_data, share in published.con.execute(
            f"select window_days, count(*), count({value}), "
            f"count(*) filter ({value}) / nullif(count({value}), 0) from _looked_at group by 1"
        ).fetchall()
    }
    nobody = (0, 0, None)
    short, long = counted.get(SHORT_WINDOW, nobody), counted.get(LONG_WINDOW, nobody)
    return YesNoSignal(
        name=name,
        label=column.label or name,
        description=column.description,
        people=short[0],
        with_data_30d=short[1],
        with_data_180d=long[1],
        share_30d=short[2],
        share_180d=long[2],
        lines=tuple(
            _caught(published, criterion, line)
            for criterion, line in lines_of(published)
            if criterion.feature == name
        ),
    )
