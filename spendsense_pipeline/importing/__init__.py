"""Bring your own data: other people's files become our raw tables, or a list of what is wrong with
them.

Measuring, judging and explaining happen downstream, on imported and generated rows alike.
"""

from spendsense_pipeline.importing.loader import DataLoader
from spendsense_pipeline.importing.problems import ImportProblemsError
from spendsense_pipeline.importing.staged import StagedImport, load_staged
from spendsense_pipeline.importing.staging import ImportRequest, stage

__all__ = [
    "DataLoader",
    "ImportProblemsError",
    "ImportRequest",
    "StagedImport",
    "load_staged",
    "stage",
]
