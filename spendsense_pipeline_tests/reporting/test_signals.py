"""How features are spread, held against the values themselves."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.personas.rules import all_criteria, bound
from spendsense_pipeline.reporting.dataset_reader import DatasetReader, open_dataset
from spendsense_pipeline.reporting.signals import (
    NUMERIC,
    YES_NO,
    signal,
    word_shares,
    yes_no_signals,
)
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in
from spendsense_pipeline_tests.reporting.made_readers import a_reader


def values(reader: DatasetReader, name: str, window: int) -> list[float | None]:
    rows = reader.con.execute(f"select {name}::double from features_{window}d").fetchall()
    return [value for (value,) in rows]


@pytest.mark.parametrize("name", NUMERIC)
def test_bins_spreads_and_shares_are_those_of_the_values(
    reader: DatasetReader, settings: Settings, name: str
) -> None:
    found = signal(reader, settings, name)
    bound_criteria = [
        c for _, c in all_criteria(bound(reader.resolved.thresholds)) if c.feature == name
    ]
    assert len(found.lines) == len(bound_criteria)
    for window, spread in zip((30, 180), found.spreads, strict=True):
        everything = values(reader, name, window)
        known = [value for value in everything if value is not None]
        assert (spread.people, spread.without_value) == (
            len(everything),
            len(everything) - len(known),
        )
        binned = [getattr(each, f"people_{window}d") for each in found.bins]
        assert sum(binned) == len(known)
        for place, each in enumerate(found.bins):
            is_first, is_last = place == 0, place == len(found.bins) - 1
            inside = [
                value
                for value in known
                if (is_first or value >= each.from_value - 1e-9)
                and (is_last or value < each.to_value - 1e-9)
            ]
            assert binned[place] == len(inside)
        if known:
            assert (spread.least, spread.most) == (min(known), max(known))
            assert spread.quantiles[2] == pytest.approx(statistics.median(known))
        for caught, criterion in zip(found.lines, bound_criteria, strict=True):
            hit = sum(criterion.operator.compare(value, criterion.limit) for value in known)
            share = getattr(caught, f"share_{window}d")
            assert share == pytest.approx(hit / len(everything))
    pairs = [
        (short, long)
        for short, long in zip(values(reader, name, 30), values(reader, name, 180), strict=True)
        if short is not None and long is not None
    ]
    assert found.changed_people == sum(short != long for short, long in pairs)
    assert found.higher_30d == sum(short > long for short, long in pairs)


def test_yes_and_no_are_shares_of_those_with_data(
    reader: DatasetReader, settings: Settings
) -> None:
    signals = yes_no_signals(reader, settings)
    assert tuple(each.name for each in signals) == YES_NO
    for each in signals:
        known = [value for value in values(reader, each.name, 180) if value is not None]
        assert each.with_data_180d == len(known)
        assert each.share_180d == (pytest.approx(sum(known) / len(known)) if known else None)


def test_one_persona_and_words(reader: DatasetReader, settings: Settings) -> None:
    rows = reader.rows(
        "select primary_persona as persona, count(*) as people from persona_assignments "
        "where window_days = 180 group by 1"
    )
    for row in rows:
        found = signal(
            reader, settings, "history_days", persona=row["persona"], persona_window_days=180
        )
        assert found.spreads[0].people == row["people"]
    words = word_shares(reader, settings, "pay_frequency")
    [(known,)] = reader.con.execute("select count(pay_frequency) from features_30d").fetchall()
    assert sum(short for _, short, _ in words) == known


def test_an_unknown_feature_is_named_with_those_there_are(
    reader: DatasetReader, settings: Settings
) -> None:
    with pytest.raises(SpendSenseError, match="max_utilization"):
        signal(reader, settings, "1; drop table features_30d")


def test_nobody_has_no_bins(tmp_path: Path) -> None:
    reader, settings = a_reader(), settings_in(tmp_path)
    found = signal(reader, settings, "max_utilization")
    assert (found.bins, found.spreads[0].people) == ((), 0)
    assert found.lines[0].share_30d is None
    assert all(each.share_30d is None for each in yes_no_signals(reader, settings))


def test_who_revoked_is_not_counted(revoked: tuple[Settings, str]) -> None:
    settings, _ = revoked
    with open_dataset(settings) as reader:
        [(everybody,)] = reader.con.execute("select count(*) from features_30d").fetchall()
        assert signal(reader, settings, "history_days").spreads[0].people == everybody - 1
