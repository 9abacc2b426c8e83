"""Whatever Plaid's own client for Python can ask an endpoint that is served is taken: the local Plaid
knows the fields that Plaid knows, and no other.
"""

from __future__ import annotations

import datetime as dt
import json
import typing
from typing import Any

import pytest
from plaid.model_utils import ModelNormal, ModelSimple, OpenApiModel
from pydantic import BaseModel, ValidationError

from spendsense_pipeline_tests.fixtures.plaid_models import METHODS, PLAIDS

PLAIN = {
    str: "x",
    bool: True,
    int: 1,
    float: 1.5,
    dt.date: "2026-06-01",
    dt.datetime: "2026-06-01T00:00:00Z",
}


@pytest.mark.parametrize("path", sorted(PLAIDS))
def test_every_field_plaid_knows_is_taken(path: str) -> None:
    theirs = METHODS[path].request
    ours = PLAIDS[path].request
    if theirs is None:
        ours.model_validate_json("{}")
        return
    assert _unlike(ours, theirs) == []
    assert _refused(ours, json.dumps(_filled(theirs))) <= {"literal_error"}


def _refused(ours: type[BaseModel], body: str) -> set[str]:
    """Kinds of what is wrong with a body; values that are fewer here than at Plaid may be."""
    try:
        ours.model_validate_json(body)
    except ValidationError as error:
        return {each["type"] for each in error.errors()}
    return set()


def _unlike(ours: type[BaseModel], theirs: type[OpenApiModel], path: str = "") -> list[str]:
    """Fields that one has and the other has not."""
    names = set(theirs.attribute_map.values())
    found = [f"{path}.{name}" for name in ours.model_fields.keys() ^ names]
    for name, spelt in theirs.attribute_map.items():
        part, whole = _model(theirs.openapi_types[name]), ours.model_fields.get(spelt)
        own = None if whole is None else _own_model(whole.annotation)
        if part is not None and own is not None:
            found += _unlike(own, part, f"{path}.{spelt}")
    return found


def _model(kinds: Any) -> type[OpenApiModel] | None:
    """The model among the kinds of values that a field of Plaid's may have."""
    if isinstance(kinds, type):
        return kinds if issubclass(kinds, ModelNormal) else None
    return next((found for kind in kinds if (found := _model(kind))), None)


def _own_model(kind: Any) -> type[BaseModel] | None:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for each in typing.get_args(kind) if (found := _own_model(each))), None)


def _filled(model: type[OpenApiModel]) -> dict[str, Any]:
    """A body with every field of a model."""
    return {
        spelt: _value(model.openapi_types[name], model.validations.get((name,), {}))
        for name, spelt in model.attribute_map.items()
    }


def _value(kinds: Any, bounds: dict[str, Any]) -> Any:
    [kind, *_] = kinds
    if isinstance(kind, list):
        return [_value(tuple(kind), {})]
    if isinstance(kind, dict) or kind is dict:
        return {}
    if kind in PLAIN:
        return bounds.get("inclusive_minimum", PLAIN[kind])
    if issubclass(kind, ModelSimple):
        documented = kind.allowed_values.get(("value",))
        return next(iter(documented.values())) if documented else "x"
    return _filled(kind)
