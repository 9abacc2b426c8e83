"""The published dataset in the forms other programs read, written whole beside it."""

from typing import Any

import dagster as dg
from pydantic import ConfigDict, Field

from spendsense_pipeline.defs.metadata import OWNERS
from spendsense_pipeline.defs.stage import one_line_failures
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.exports import FORMATS
from spendsense_pipeline.publishing.identity import source_version
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline.tables.dataset import DATASET, PUBLISH


class ExportConfig(dg.Config):
    """Which forms to write."""

    model_config = ConfigDict(extra="forbid")

    formats: list[str] = Field(
        ["parquet"],
        description="Forms to write, each into data/exports/NAME: "
        + "; ".join(f"{name}: {what}" for name, what in FORMATS.items())
        + ".",
    )


@dg.asset(
    deps=[DATASET.asset],
    group_name=PUBLISH.name,
    kinds={"parquet", "file"},
    owners=OWNERS,
    code_version=source_version("publishing/exports"),
    description=(
        "The published dataset as files in `exports/` of the data directory: Parquet by default;"
        " CSV, JSON, SQLite and Plaid's own responses when the configuration asks. Complete or"
        " absent, and without anybody who has not consented."
    ),
)
def exports(config: ExportConfig, warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Write the forms asked for."""
    from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
    from spendsense_pipeline.publishing.exports import export_dataset
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.reporting.reviews import standing_now

    settings = warehouse.settings
    metadata: dict[str, Any] = {}
    with one_line_failures():
        _require_known(config.formats)
    with one_line_failures(), open_dataset(settings) as published:
        for name in dict.fromkeys(config.formats):
            written = export_dataset(
                published.con,
                tables_in("exports"),
                settings.data_dir / "exports" / name,
                name,
                withdrawn=withdrawn(read_decisions(settings)),
                where=standing_now(published, settings),
            )
            metadata |= {
                f"{name} directory": dg.MetadataValue.path(str(written.directory)),
                f"{name} files": written.files,
                f"{name} size in MB": round(written.bytes / 1e6, 2),
                f"{name} people left out": written.left_out,
            }
    return dg.MaterializeResult(metadata=metadata)


def _require_known(formats: list[str]) -> None:
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise SpendSenseError(
            problem=f"formats must be among {', '.join(FORMATS)}; {unknown[0]!r} is not",
            remedy="remove it",
        )
