"""The `spendsense` command: what an operator who never opens Python works with.

Holds words, options and tables; figures come from `reporting`, work from the other packages.
Dagster is loaded only to run something.
"""

from spendsense_pipeline.cli.application import app, main

__all__ = ["app", "main"]
