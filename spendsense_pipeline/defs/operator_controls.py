"""The operator's controls, resolved for one day and kept as the table everything after reads."""

from typing import Any

import dagster as dg

from spendsense_pipeline.controls import as_of_for, resolve
from spendsense_pipeline.defs.config import OperatorRunConfig, operator_config_of
from spendsense_pipeline.defs.metadata import asset_options
from spendsense_pipeline.defs.pictures import markdown_table
from spendsense_pipeline.defs.stage import Stage, one_line_failures
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.publishing.imported import REPLACE_FIELD, REPLACE_OPTION, require_no_import
from spendsense_pipeline.publishing.provenance import write_provenance
from spendsense_pipeline.settings import today
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS

_SAY_SO = (
    f"to replace it knowingly, use `spendsense refresh {REPLACE_OPTION}`, or say"
    f" `{REPLACE_FIELD}: true` in the run's config (in the launchpad of demo_refresh as it is,"
    " elsewhere under ops: operator_controls: config:)"
)


@dg.asset(
    name=OPERATOR_CONTROLS.name,
    **asset_options(
        OPERATOR_CONTROLS,
        kinds=("pydantic",),
        sources=("controls",),
        description=(
            "Everything after this step reads its configuration from here, so re-materializing"
            " only a later step needs none."
        ),
    ),
)
def operator_controls(config: OperatorRunConfig, warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Validate and resolve what the operator asked for."""
    with one_line_failures(), warehouse.get_connection() as con:
        if not config.replace_import:
            require_no_import(warehouse.settings, _SAY_SO, con)
        asked = operator_config_of(config)
        as_of = as_of_for(asked, today=today(warehouse.settings))
        resolved = resolve(asked, as_of=as_of)
        warehouse.note_controls(resolved)
        work = Stage(OPERATOR_CONTROLS.name, con, warehouse, resolved)
        write_provenance(con, resolved)
        given = [row for row in resolved.to_rows() if row["source"] != "default"]
        metadata = {
            "seed": resolved.config.seed,
            "users": resolved.config.num_users,
            "preset": resolved.preset or "default",
            "history_start": resolved.history_start.isoformat(),
            "changed from the defaults": markdown_table(
                ["section", "name", "value", "default", "from"],
                [
                    [row[k] for k in ("section", "name", "value", "default_value", "source")]
                    for row in given
                ],
            ),
        }
        if resolved.short_histories:
            metadata["history too short for"] = "\n".join(map(str, resolved.short_histories))
        result = work.result(
            OPERATOR_CONTROLS,
            metadata,
            data_version=f"{resolved.config_hash}-{resolved.as_of.isoformat()}",
        )
        work.note_seconds()
        return result
