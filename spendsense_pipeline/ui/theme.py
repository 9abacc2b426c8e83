"""Colours: one accent, one hue a persona, light and dark. The style sheet has the same tokens."""

from __future__ import annotations

from dataclasses import dataclass

from spendsense_pipeline.personas.rules import PERSONA_KEYS


@dataclass(frozen=True)
class Palette:
    """What a chart is drawn in; pages take the same from the style sheet."""

    accent: str
    text: str
    muted: str
    line: str
    surface: str
    good: str
    warn: str
    bad: str


LIGHT = Palette(
    accent="#2456c7",
    text="#1a2230",
    muted="#566173",
    line="#dfe3e9",
    surface="#ffffff",
    good="#136b3d",
    warn="#7a4f00",
    bad="#a52019",
)
DARK = Palette(
    accent="#8ab0ff",
    text="#e6eaf0",
    muted="#a3aebd",
    line="#2c3542",
    surface="#171d26",
    good="#4cc38a",
    warn="#e3ad45",
    bad="#ff8f86",
)

# Told apart by people who see no red or green too; the last is the fallback's.
_HUES = ("#c8553d", "#d9a441", "#8e5ea2", "#2f8f9d", "#4f9d5d", "#3f6fb5", "#b5739d", "#7a7f3a")
_STABLE = "#8b95a5"


def persona_color(key: str) -> str:
    """The hue of a persona, wherever it is drawn."""
    *others, _ = PERSONA_KEYS
    return _HUES[others.index(key) % len(_HUES)] if key in others else _STABLE
