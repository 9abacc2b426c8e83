"""Reading and saving configuration files: the saved form, the same keys wrapped as Dagster run
config, and the older form with only `config` and `controls`; JSON or YAML alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from spendsense_pipeline.controls.errors import ControlsError, named, shown
from spendsense_pipeline.controls.operator_config import OperatorConfig
from spendsense_pipeline.disk import disk_full
from spendsense_pipeline.files import write_text

# The asset whose run config the operator's configuration is.
CONTROLS_OP = "operator_controls"
_YAML_SUFFIXES = (".yaml", ".yml")

# Controls whose value may be the path of a file, seen from the configuration's folder.
FILE_CONTROLS = ("custom_merchants", "content_catalog")


def load_config(path: str | Path) -> OperatorConfig:
    """The configuration in a file; `ControlsError` names the file and every problem at once."""
    file = Path(path).expanduser()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ControlsError([f"{path} cannot be read ({reason}): check the path"]) from None
    try:
        data = parse(text, is_json=file.suffix.lower() == ".json")
        return operator_config_from(data, folder=file.absolute().parent)
    except ControlsError as error:
        raise ControlsError([f"{path}: {problem}" for problem in error.problems]) from None


def export_config(path: str | Path, operator_config: OperatorConfig) -> Path:
    """Save what was asked for, whole or not at all; loading it gives an equal object."""
    file = Path(path).expanduser()
    text = as_text(operator_config, is_json=file.suffix.lower() not in _YAML_SUFFIXES)
    try:
        write_text(file, text)
    except OSError as error:
        raise disk_full(error, file.parent) or ControlsError(
            [f"{path} cannot be written ({error.strerror}): choose a folder you can write"]
        ) from None
    return file


def as_text(operator_config: OperatorConfig, *, is_json: bool = True) -> str:
    """What was asked for as the text of a file, JSON or YAML; loading it gives an equal object."""
    data = operator_config.given_json()
    if is_json:
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def parse(text: str, *, is_json: bool) -> Any:
    """The content of a JSON or YAML text; a key that stands twice is an error, not the last one."""
    try:
        if is_json:
            return json.loads(text, object_pairs_hook=_without_duplicates)
        return yaml.load(text, Loader=_PlainLoader)
    except ControlsError:
        raise
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        what = "JSON" if is_json else "YAML"
        reason = " ".join(str(error).split())
        raise ControlsError([f"this is not {what} ({reason}): correct the file"]) from None


def operator_config_from(data: Any, *, folder: Path | None = None) -> OperatorConfig:
    """A configuration from any documented form; paths in it are relative to `folder`."""
    unwrapped = unwrapped_from(data)
    if folder is not None:
        unwrapped = _with_paths_from(folder, unwrapped)
    return OperatorConfig.model_validate(unwrapped)


def unwrapped_from(data: Any) -> Any:
    """The sections of a configuration in any documented form."""
    if data is None:
        return {}
    if not isinstance(data, Mapping) or "ops" not in data:
        return data
    inner: Any = data
    for depth, key in enumerate(("ops", CONTROLS_OP, "config")):
        at = ".".join(("ops", CONTROLS_OP, "config")[: depth + 1])
        if not isinstance(inner, Mapping) or set(inner) != {key}:
            raise ControlsError(
                [
                    f"run config must hold exactly {at} at this level; it is {shown(inner)}: "
                    f"wrap the configuration as ops: {{{CONTROLS_OP}: {{config: …}}}} or not at all"
                ]
            )
        inner = inner[key]
    return {} if inner is None else inner


def _with_paths_from(folder: Path, data: Any) -> Any:
    controls = data.get("controls") if isinstance(data, Mapping) else None
    if not isinstance(controls, Mapping):
        return data
    paths = {
        name: str(folder / Path(controls[name]).expanduser())
        for name in FILE_CONTROLS
        if isinstance(controls.get(name), str)
    }
    return {**data, "controls": {**controls, **paths}}


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ControlsError([f"{named(key)} is given twice in one place: give it once"])
        found[key] = value
    return found


class _PlainLoader(yaml.SafeLoader):
    """YAML with dates left as written and keys allowed once."""


def _mapping(loader: _PlainLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    pairs = [
        (loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
        for key, value in node.value
    ]
    hashable = [(key if isinstance(key, (str, int, float)) else str(key), v) for key, v in pairs]
    return _without_duplicates(hashable)  # type: ignore[arg-type]


def _as_written(loader: _PlainLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_PlainLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_PlainLoader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)
