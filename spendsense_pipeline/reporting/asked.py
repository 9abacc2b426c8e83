"""What was asked for when a dataset was made, as a configuration that can be asked for again; and
what came of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.controls import OperatorConfig, operator_config_from

if TYPE_CHECKING:
    from spendsense_pipeline.checks.control_fidelity import ControlFidelity
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.reporting.summary import MixRow

# Settled by every refresh for its own day; asked for again, they would pin all later ones to it.
_SETTLED_NIGHTLY = ("generation_timestamp", "history_start")


@dataclass(frozen=True)
class Outcome:
    """What came of what was asked."""

    mix: tuple[MixRow, ...]
    controls: tuple[ControlFidelity, ...]


def outcome_of(published: DatasetReader) -> Outcome:
    """Who was made beside who was asked for, and every control, requested and realised.

    Args:
        published: the dataset.
    """
    from spendsense_pipeline.checks.control_fidelity import recorded_fidelity
    from spendsense_pipeline.reporting.summary import mix_of

    return Outcome(mix_of(published), tuple(recorded_fidelity(published.con)))


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
