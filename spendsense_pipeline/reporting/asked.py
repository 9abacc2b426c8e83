"""What was asked for when a dataset was made, as a configuration that can be asked for again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.controls import OperatorConfig, operator_config_from

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader

# Settled by every refresh for its own day; asked for again, they would pin all later ones to it.
_SETTLED_NIGHTLY = ("generation_timestamp", "history_start")


def asked_of(published: DatasetReader) -> OperatorConfig:
    """The preset and the values an operator gave; of people who were brought in, what they are
    judged by.

    Args:
        published: the dataset.
    """
    resolved = published.resolved
    is_preset = resolved.preset is not None and not resolved.is_imported
    asked: dict[str, Any] = {"preset": resolved.preset} if is_preset else {}
    for row in resolved.to_rows():
        is_asked = row["source"] == "operator" and row["section"] != "run"
        if resolved.is_imported and row["section"] in ("config", "controls"):
            continue  # of people who were brought in, nothing was asked
        if is_asked and row["name"] not in _SETTLED_NIGHTLY:
            asked.setdefault(row["section"], {})[row["name"]] = json.loads(row["value"])
    return operator_config_from(asked)
