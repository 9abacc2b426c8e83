"""Jobs: the whole refresh, the same from each preset, and re-measuring what is there."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from spendsense_pipeline.controls import PRESET_CONFIGS, ControlsError, preset_description
from spendsense_pipeline.defs.config import OperatorRunConfig, operator_config_of
from spendsense_pipeline.errors import ProblemsError
from spendsense_pipeline.publishing.imported import REPLACE_FIELD
from spendsense_pipeline.tables.controls import CONTROLS
from spendsense_pipeline.tables.features import MEASURE
from spendsense_pipeline.tables.personas import PERSONA_ASSIGNMENTS
from spendsense_pipeline.tables.raw import GENERATE


class WrongControlsError(ProblemsError, dg.DagsterError):
    """The operator's form was refused; being Dagster's kind of error its message is shown as is,
    where any other would be wrapped in "an unexpected error in the config mapping".
    """


@dg.config_mapping
def operator_form(form: OperatorRunConfig) -> Mapping[str, Any]:
    """The launchpad of `demo_refresh` is the operator's form itself.

    Dagster applies bounds and cross-field rules only when a step runs; asked here, a wrong value is
    refused before a run exists.
    """
    try:
        asked = operator_config_of(form)
    except ControlsError as error:
        raise WrongControlsError(error.problems, error.remedy) from None
    config = asked.given_json()
    if form.replace_import is not None:
        config[REPLACE_FIELD] = form.replace_import
    return {"ops": {"operator_controls": {"config": config}}}


EVERYTHING = dg.AssetSelection.all()

demo_refresh = dg.define_asset_job(
    "demo_refresh",
    selection=EVERYTHING,
    config=operator_form,
    description=(
        "Everything, from the operator's controls to the published dataset. The launchpad holds the"
        " operator's form; every value left at null takes its default. Refused where it would"
        " replace an import, unless `replace_import` says so."
    ),
)

preset_jobs = [
    dg.define_asset_job(
        f"demo_refresh_{name}",
        selection=EVERYTHING,
        config={"ops": {"operator_controls": {"config": {"preset": name}}}},
        description=f"Everything, starting from the preset {name}: {preset_description(name)}",
        tags={"spendsense/preset": name},
    )
    for name in PRESET_CONFIGS
]

features_and_personas = dg.define_asset_job(
    "features_and_personas",
    selection=dg.AssetSelection.groups(MEASURE.name)
    | dg.AssetSelection.assets(PERSONA_ASSIGNMENTS.name),
    description=(
        "Measure and judge again what is in the warehouse, with the configuration it was made from."
    ),
)

refresh_from_raw = dg.define_asset_job(
    "refresh_from_raw",
    selection=EVERYTHING - dg.AssetSelection.groups(CONTROLS.name, GENERATE.name),
    description=(
        "Everything after the raw tables, published: for imported data, a consent decision or a"
        " change of the rules."
    ),
)

JOBS = [demo_refresh, *preset_jobs, features_and_personas, refresh_from_raw]
