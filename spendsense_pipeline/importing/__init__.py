"""Bring your own data: other people's files become our raw tables, or a list of what is wrong with
them.

A reader (`layout` with `delimited`, `plaid`, `formats`, `loader`) leaves rows under their own
names; `translation` and `amounts` say them in ours as `mapping` tells; `spelling` and `oddities`
read what one value cannot spoil; `values`, `relations` and `unsaid` judge; `judging` puts it
together, `staged` keeps it, `report` tells of it, and `warehouse` hands it to the pipeline. People
are measured, judged and explained downstream, imported and generated alike.
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
