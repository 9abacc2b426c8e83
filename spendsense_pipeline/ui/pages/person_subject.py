"""Whose page it is and what its address asks for, and what a part of the page is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.ui.addresses import person_path
from spendsense_pipeline.ui.tables import address

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.reporting.person import PersonView
    from spendsense_pipeline.ui.room import Room


@dataclass(frozen=True)
class Subject:
    """One person who consents.

    Attributes:
        room: the server's.
        view: what there is to see of them, as far as the part shows it.
        said: what the page's address asks for.
    """

    room: Room
    view: PersonView
    said: dict[str, str]

    @property
    def user_id(self) -> str:
        """Theirs."""
        return self.view.user_id

    @property
    def path(self) -> str:
        """Of their page."""
        return person_path(self.user_id)

    def address(self, **asked: object) -> str:
        """Their page with something asked of it.

        Args:
            asked: by name; what is None is left out.
        """
        return address(self.path, asked)


@dataclass(frozen=True)
class Part:
    """A part of the page, that is shown alone.

    Attributes:
        title: of the link to it.
        look: finds what it shows, in a thread, while the dataset is open for what stands above.
        show: is given that.
        reads: fields of the view that it shows, `decisions` aside, which stand above every part.
    """

    title: str
    look: Callable[[DatasetReader, Subject], Any]
    show: Callable[[Subject, Any], None]
    reads: tuple[str, ...] = ()
