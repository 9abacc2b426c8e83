"""Reading a content catalogue: our own files, or an operator's, alone or beside ours."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

from spendsense_pipeline.controls.errors import RefusedError
from spendsense_pipeline.recommendations.catalogue import Catalogue
from spendsense_pipeline.recommendations.items import read_items

LARGEST_FILE_BYTES: Final = 2_000_000


@functools.cache
def our_catalogue() -> Catalogue:
    """The catalogue as shipped, its rule-book thresholds not yet bound.

    Raises:
        CatalogueError: when one of its files breaks the rules it is written by.
    """
    import yaml

    folder = resources.files(__package__).joinpath("catalog")
    rows: list[Any] = []
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yaml"):
            rows += yaml.safe_load(file.read_text(encoding="utf-8"))
    return read_items(rows)


def with_the_operators(own: Mapping[str, Any]) -> Catalogue:
    """An operator's items, alone or beside ours; one with the id of one of ours takes its place.

    Args:
        own: the value of the control `content_catalog`, as `normal_form` returns it.
    """
    items = read_items(own["items"]).items
    if not own["extends"]:
        return Catalogue(items)
    replaced = {item.content_id for item in items}
    kept = (item for item in our_catalogue() if item.content_id not in replaced)
    return Catalogue((*kept, *items))


def normal_form(value: Any) -> dict[str, Any]:
    """The items themselves and whether they extend ours, so that a configuration stands alone.

    Args:
        value: path of a YAML or JSON file, or what stands in one: a list of items, which replaces
            our catalogue, or `{extends: true, items: […]}`.

    Raises:
        RefusedError: when the file cannot be read or has another form.
        CatalogueError: with every problem of its items.
    """
    content = _read(Path(value)) if isinstance(value, str | Path) else value
    if isinstance(content, list):
        content = {"extends": False, "items": content}
    if not isinstance(content, Mapping) or set(content) - {"extends", "items"}:
        raise RefusedError(
            must="be a list of items or {extends: true, items: [...]}",
            value=content,
            remedy="see docs/recommendations.md for an item",
        )
    extends, items = content.get("extends", False), content.get("items")
    if not isinstance(extends, bool) or not isinstance(items, list):
        raise RefusedError(
            must="say extends as true or false and items as a list",
            value=content,
            remedy="see docs/recommendations.md for an item",
        )
    normal = {"extends": extends, "items": json.loads(json.dumps(items, default=str))}
    with_the_operators(normal)
    return normal


def _read(path: Path) -> Any:
    import yaml

    must = "be the path of a readable .yaml, .yml or .json file"
    if path.suffix.lower() not in (".yaml", ".yml", ".json"):
        raise RefusedError(must=must, value=str(path), remedy="save the catalogue as one of these")
    try:
        path = path.expanduser()
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise RefusedError(
                must=f"be a file of at most {LARGEST_FILE_BYTES:,} bytes",
                found=f"{path} has {path.stat().st_size:,}",
                remedy="shorten it",
            )
        return yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        reason, remedy = error.strerror or "unreadable", "check the path"
    except UnicodeDecodeError:
        reason, remedy = "not UTF-8 text", "save it as UTF-8"
    except yaml.YAMLError as error:
        reason, remedy = " ".join(str(error).split()), "correct the file"
    raise RefusedError(must=must, found=f"{path} is not ({reason})", remedy=remedy)
