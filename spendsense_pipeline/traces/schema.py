"""The JSON Schema every trace validates against. The schema itself is `schema.json`."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any


@functools.cache
def trace_schema() -> dict[str, Any]:
    """`schema.json` as a dict."""
    text = (resources.files(__package__) / "schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
