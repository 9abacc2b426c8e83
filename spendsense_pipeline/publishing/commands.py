"""Which command makes a dataset, brings it up to date, or makes it anew, as messages name it."""

from __future__ import annotations

HOW_TO_BEGIN = "run `spendsense refresh`, or `spendsense import` for data of your own"
"""What to do where nothing is."""


def refresh_command(*, is_imported: bool) -> str:
    """The command that brings a dataset up to date with consent decisions and rules.

    Args:
        is_imported: whether its people were brought in rather than made up.
    """
    return "spendsense refresh --from-raw" if is_imported else "spendsense refresh"


def remake_command(*, is_imported: bool) -> str:
    """The command that fills the raw tables anew.

    Args:
        is_imported: whether their people were brought in rather than made up.
    """
    return "spendsense import" if is_imported else "spendsense refresh"
