"""What comes from a page: texts, never files. The path of one, where a file may hold a value, would
let whoever sits at the page read the server's disk; so what is meant to be a file is uploaded."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any, Final

import yaml

from spendsense_pipeline.controls.errors import ControlsError, Problem, RefusedError, shown
from spendsense_pipeline.controls.files import FILE_CONTROLS, parse, unwrapped_from
from spendsense_pipeline.controls.merchants import CustomMerchant, Merchants, csv_rows, refused
from spendsense_pipeline.controls.operator_config import OperatorConfig
from spendsense_pipeline.controls.operator_controls import OperatorControls
from spendsense_pipeline.errors import ProblemsError, SpendSenseError

LARGEST_UPLOAD_BYTES: Final = 2_000_000


def uploaded_config(text: str | bytes) -> OperatorConfig:
    """A configuration from JSON or YAML text, in any documented form.

    Args:
        text: at most `LARGEST_UPLOAD_BYTES`.

    Raises:
        ControlsError: with every problem at once, paths among them.
    """
    return config_from_page(_content(_decoded(text)))


def config_from_page(asked: Any) -> OperatorConfig:
    """A configuration from values, none of which may be a path.

    Raises:
        ControlsError: with every problem at once.
    """
    data = unwrapped_from(asked)
    controls = data.get("controls") if isinstance(data, Mapping) else None
    if not isinstance(controls, Mapping):
        return OperatorConfig.model_validate(data)
    paths = {name: controls[name] for name in FILE_CONTROLS if _is_text(controls.get(name))}
    sound = {name: value for name, value in controls.items() if name not in paths}
    problems = [
        Problem(
            OperatorControls.section,
            (name,),
            f"{name} must hold what stands in the file, since a page reads no files; it is "
            f"{shown(path)}: upload the file",
        )
        for name, path in paths.items()
    ]
    try:
        config = OperatorConfig.model_validate({**data, "controls": sound})
    except ControlsError as error:
        raise ControlsError([*problems, *error.located(OperatorConfig.section)]) from None
    if problems:
        raise ControlsError(problems)
    return config


def uploaded_merchants(text: str | bytes, *, file_name: str) -> tuple[CustomMerchant, ...]:
    """Merchants from CSV, YAML or JSON text.

    Args:
        text: at most `LARGEST_UPLOAD_BYTES`.
        file_name: tells CSV from the rest.

    Raises:
        ControlsError: with every problem at once.
    """
    name, decoded = "custom_merchants", _decoded(text)
    rows: Any
    if file_name.lower().endswith(".csv"):
        try:
            rows = csv_rows(decoded)
        except csv.Error as error:
            raise _unusable(
                name, [f"{name} must be CSV; it is not ({error}): correct the file"]
            ) from None
    else:
        rows = _content(decoded)
    if not isinstance(rows, list):
        sentence = f"{name} must be a list of merchants; it is {shown(rows)}: write [ … ] around it"
        raise _unusable(name, [sentence])
    try:
        return Merchants().checked(rows)
    except RefusedError as error:
        faults = refused(rows) or [error]
        raise _unusable(name, [f"{name} {each}" for each in faults]) from None


def uploaded_catalogue(text: str | bytes) -> dict[str, Any]:
    """A content catalogue from YAML or JSON text, as the value of `content_catalog`.

    Args:
        text: at most `LARGEST_UPLOAD_BYTES`.

    Raises:
        ControlsError: with every problem at once.
    """
    from spendsense_pipeline.recommendations.loading import normal_form

    name, content = "content_catalog", _content(_decoded(text))
    if _is_text(content):
        sentence = (
            f"{name} must be a list of items or {{extends: true, items: [...]}}; it is "
            f"{shown(content)}: see docs/recommendations.md for an item"
        )
        raise _unusable(name, [sentence])
    try:
        return normal_form(content)
    except ProblemsError as error:
        raise _unusable(name, [f"{name}: {each}" for each in error.problems]) from None
    except SpendSenseError as error:
        raise _unusable(name, [f"{name} {error}"]) from None


def _unusable(name: str, sentences: list[str]) -> ControlsError:
    return ControlsError(
        [Problem(OperatorControls.section, (name,), sentence) for sentence in sentences]
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str | bytes)


def _decoded(text: str | bytes) -> str:
    size = len(text.encode() if isinstance(text, str) else text)
    if size > LARGEST_UPLOAD_BYTES:
        raise ControlsError(
            [
                f"an uploaded file must have at most {LARGEST_UPLOAD_BYTES:,} bytes; it has "
                f"{size:,}: shorten it"
            ]
        )
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ControlsError(["an uploaded file must be UTF-8 text: save it as that"]) from None


def _content(text: str) -> Any:
    """What JSON or YAML text holds. YAML that refers to itself is refused: written out, a few lines
    of it fill any memory."""
    as_json: ControlsError | None = None
    if text.lstrip()[:1] in ("{", "["):
        try:
            return parse(text, is_json=True)
        except ControlsError as error:
            as_json = error
    if "*" in text and _has_alias(text):
        raise ControlsError(
            ["this YAML refers to its own parts (*name), which an upload may not: write them out"]
        )
    try:
        return parse(text, is_json=False)
    except ControlsError:
        # YAML's own short form begins as JSON does; what is neither was meant as JSON.
        if as_json is not None:
            raise as_json from None
        raise


def _has_alias(text: str) -> bool:
    try:
        return any(
            isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)
        )
    except (yaml.YAMLError, RecursionError):
        return False  # Said where it is parsed.
