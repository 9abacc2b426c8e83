"""Random configurations: values drawn from the kinds the fields declare, and wild ones."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from spendsense_pipeline.controls import PRESET_CONFIGS, PersonaTarget, documented
from spendsense_pipeline.controls.field_types import Choice, Day, Number, Range, Whole
from spendsense_pipeline.controls.merchants import CHANNELS, SPENDING_CATEGORIES, Merchants
from spendsense_pipeline.controls.personas import Personas, PersonaShares
from spendsense_pipeline.controls.shares import Distribution

WILD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.floats(0, 1), max_size=3),
    st.dictionaries(st.text(max_size=4), st.floats(0, 1), max_size=2),
)


@st.composite
def shares(draw: st.DrawFn, keys: tuple[str, ...]) -> dict[str, float]:
    """Shares of some of the keys that sum to one."""
    chosen = draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    parts = [draw(st.integers(1, 50)) for _ in chosen]
    return {key: part / sum(parts) for key, part in zip(chosen, parts, strict=True)}


def merchants() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lists of merchants with some of their optional fields."""
    one = st.fixed_dictionaries(
        {
            "name": st.sampled_from([f"Shop No. {number}" for number in range(20)]),
            "category": st.sampled_from(SPENDING_CATEGORIES),
        },
        optional={
            "typical_amount_usd": st.floats(1, 5000),
            "popularity": st.floats(0.001, 1000),
            "payment_channel": st.sampled_from(CHANNELS),
        },
    )
    return st.lists(one, max_size=4, unique_by=lambda row: row["name"])


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values that a kind allows."""
    personas = tuple(persona.value for persona in PersonaTarget)
    match kind:
        case Number():
            return st.floats(kind.minimum, kind.maximum)
        case Whole():
            return st.integers(kind.minimum, 1000 if callable(kind.maximum) else kind.maximum)
        case Range():
            end = st.floats(kind.minimum, kind.maximum)
            return st.tuples(end, end).map(lambda ends: (min(ends), max(ends)))
        case Distribution():
            return shares(kind.keys)
        case Choice():
            return st.sampled_from(kind.options)
        case Day():
            return st.dates(date(2023, 1, 1), date(2026, 12, 31))
        case Personas():
            return st.lists(st.sampled_from(personas), unique=True)
        case PersonaShares():
            return shares(personas)
        case Merchants():
            return merchants()
    raise TypeError(kind)


@st.composite
def requests(draw: st.DrawFn, *, wild: bool = False) -> dict[str, Any]:
    """What an operator might write: every value allowed by itself, or anything at all if `wild`."""
    entries = draw(st.lists(st.sampled_from(documented()), max_size=8, unique_by=lambda e: e.name))
    request: dict[str, Any] = {}
    for entry in entries:
        strategy = values(entry.field_type)
        value = draw(st.one_of(strategy, WILD) if wild else strategy)
        request.setdefault(entry.section, {})[entry.name] = value
    preset = draw(st.one_of(st.none(), st.sampled_from(list(PRESET_CONFIGS))))
    return request if preset is None else {"preset": preset, **request}
