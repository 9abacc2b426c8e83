"""Fixtures for other people's tests. pytest loads it wherever the package is installed, so it
imports nothing before a test asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from spendsense_pipeline.testing.people import Made


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini option `spendsense_as_of`."""
    parser.addini(
        "spendsense_as_of",
        "The day spendsense fixtures are as of, such as 2026-06-30; today without it.",
        default="",
    )


@pytest.fixture(scope="session")
def spendsense_as_of(request: pytest.FixtureRequest) -> dt.date:
    """The day that people are made as of: the ini option `spendsense_as_of`, else today.

    Today, so that what is made never ages; a day of one's own, so that a failure can be repeated.
    """
    said = str(request.config.getini("spendsense_as_of")).strip()
    if not said:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(said)
    except ValueError as error:
        message = f"spendsense_as_of: {said!r} is no date: write one such as 2026-06-30"
        raise pytest.UsageError(message) from error


@pytest.fixture
def spendsense_person(spendsense_as_of: dt.date) -> Callable[..., Made]:
    """`spendsense_person("savings_builder")`: `a_person` as of that day."""

    def make(persona: str | None = None, **asked: Any) -> Made:
        from spendsense_pipeline.testing.people import a_person

        return a_person(persona, **{"as_of": spendsense_as_of, **asked})

    return make


@pytest.fixture
def spendsense_population(spendsense_as_of: dt.date) -> Callable[..., Made]:
    """`spendsense_population(num_users=50)`: `a_population` as of that day."""

    def make(**asked: Any) -> Made:
        from spendsense_pipeline.testing.people import a_population

        return a_population(**{"as_of": spendsense_as_of, **asked})

    return make
