"""Every promise about a dataset, by the asset it is made about."""

from __future__ import annotations

from docs.derived.markdown import code, table
from spendsense_pipeline.checks import CHECKS


def checks() -> str:
    """Every promise about a dataset, by the asset it is made about."""
    parts = [
        "# Checks",
        "Each run checks every promise below. A broken promise marked ERROR fails the run and "
        "nothing is published; WARN informs. A failing check shows the rows, the figure, the bound "
        "and the remedy in the UI and on the terminal.",
    ]
    for asset in dict.fromkeys(check.asset for check in CHECKS):
        rows = (
            (code(check.name), check.severity, check.description, check.bound, check.remedy)
            for check in CHECKS
            if check.asset == asset
        )
        parts += [
            f"## `{asset}`",
            table(("Check", "Severity", "Promise", "Bound", "If it fails"), rows),
        ]
    return "\n\n".join(parts)
