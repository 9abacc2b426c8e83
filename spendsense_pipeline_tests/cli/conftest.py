"""Commands are tried on one small refresh, made by the command itself."""

from __future__ import annotations

from spendsense_pipeline_tests.fixtures.dagster_books import kept_engines
from spendsense_pipeline_tests.fixtures.refreshed_directory import own_copy, published, refreshed
from spendsense_pipeline_tests.fixtures.undrawn_pictures import undrawn_pictures

__all__ = ["kept_engines", "own_copy", "published", "refreshed", "undrawn_pictures"]
