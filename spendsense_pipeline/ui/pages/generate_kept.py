"""What a visitor is asking for on `/generate`, kept for each tab of their browser: over a reload,
and while the server is stopped. A tab that asks for the first time begins with the newest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from nicegui import app

from spendsense_pipeline.controls.drafts import Draft

_KEPT: Final = "asking"
_TABS_KEPT: Final = 12


@dataclass(eq=False)
class Asking:
    """A draft, and what of it stays where it is.

    Attributes:
        draft: what is asked for.
        locked: keys of a distribution whose shares make no room for others, by the field's name.
    """

    draft: Draft = field(default_factory=Draft)
    locked: dict[str, list[str]] = field(default_factory=dict)

    def is_as(self, other: Asking) -> bool:
        """Whether the same is asked for and kept."""
        return (self.draft.asked, self.locked) == (other.draft.asked, other.locked)


def newest() -> Asking:
    """What the visitor changed last, in whichever tab; nothing of somebody new."""
    return _read(next(reversed(_tabs().values()), {}))


def of_tab(tab: str) -> Asking | None:
    """What a tab was asking for when it was left; None of a tab that is new."""
    kept = _tabs().get(tab)
    return None if kept is None else _read(kept)


def keep(tab: str, asking: Asking) -> None:
    """Keep what a tab asks for now; it is the newest.

    Args:
        tab: the browser's id of it.
        asking: what.
    """
    tabs = {key: kept for key, kept in _tabs().items() if key != tab}
    tabs[tab] = {"draft": asking.draft.to_text(), "locked": asking.locked}
    app.storage.user[_KEPT] = dict([*tabs.items()][-_TABS_KEPT:])


def _tabs() -> dict[str, dict[str, Any]]:
    """By the id of the tab, the one changed last at the end."""
    return dict(app.storage.user.get(_KEPT, {}))


def _read(kept: Mapping[str, Any]) -> Asking:
    locked: Mapping[str, Sequence[str]] = kept.get("locked", {})
    return Asking(
        Draft.from_text(kept.get("draft")), {name: list(keys) for name, keys in locked.items()}
    )
