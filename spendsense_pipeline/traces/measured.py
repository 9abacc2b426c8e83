"""The people, accounts and category rules that features are measured with, for who explains them.

Evidence must count a row as the feature did, so it reads the very working tables features read.
"""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from spendsense_pipeline.features import build
from spendsense_pipeline.features.vocabulary import vocabulary

if TYPE_CHECKING:
    import duckdb


def measuring(
    con: duckdb.DuckDBPyConnection, *, as_of: dt.date, users: tuple[int, int]
) -> AbstractContextManager[None]:
    """Temporary `_measured_users`, `_measured_accounts`, `_category_rules`, `_named_categories`.

    They hold the consenting people in the range and are gone afterwards.
    """
    # "" as in build_features: only streams look behind categories that say no more than "other"
    parameters = vocabulary() | {"as_of": as_of, "vague_details": [""]}
    return build.measuring(con, users, parameters)
