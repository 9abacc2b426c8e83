"""Writes the pages of `docs/` that are derived from declarations, or says which of them are stale.

`python -m docs.generate` writes, `--check` compares and exits 1 when a page differs. A page says
nothing its declaration does not say; to change one, change the declaration.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from docs.derived.checks import checks
from docs.derived.cli import cli
from docs.derived.controls import controls
from docs.derived.endpoints import endpoints
from docs.derived.features import features
from docs.derived.formats import formats
from docs.derived.life_events import life_events
from docs.derived.mapping import mapping
from docs.derived.personas import personas
from docs.derived.recommendations import recommendations
from docs.derived.tables import tables
from spendsense_pipeline.traces import trace_schema

DOCS = Path(__file__).resolve().parent
NOTICE = "<!-- Derived from the declarations by `make docs`. Edits here are overwritten. -->"

PAGES: dict[str, Callable[[], str]] = {
    "personas.md": personas,
    "features.md": features,
    "life-events.md": life_events,
    "tables.md": tables,
    "recommendations.md": recommendations,
    "controls.md": controls,
    "checks.md": checks,
    "cli.md": cli,
    "formats.md": formats,
    "mapping.md": mapping,
}
PARTS: dict[str, dict[str, Callable[[], str]]] = {"local-plaid.md": {"endpoints": endpoints}}
"""Parts of pages that are written by hand, each between two comments that name it."""


def with_parts(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """A page by hand with its derived parts as they should be.

    Raises:
        ValueError: a part has no place on it.
    """
    for name, part in parts.items():
        begins, ends = f"<!-- {name}: derived by `make docs` -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(begins)
        _, closed, after = rest.partition(ends)
        if not closed:
            message = f"no place for {name}: {begins.strip()} … {ends}"
            raise ValueError(message)
        text = f"{before}{begins}{part()}\n{ends}{after}"
    return text


TRACE_SCHEMA = "../spendsense_pipeline/traces/schema.json"


def rendered() -> dict[str, str]:
    """Every page with something derived by file name, as it should be, and the schema of traces."""
    pages = {name: f"{NOTICE}\n\n{page()}\n" for name, page in PAGES.items()}
    for name, parts in PARTS.items():
        pages[name] = with_parts((DOCS / name).read_text(encoding="utf-8"), parts)
    schema = json.dumps(trace_schema(), indent=2, ensure_ascii=False)
    return {**pages, TRACE_SCHEMA: f"{schema}\n"}


def stale(pages: Mapping[str, str], folder: Path = DOCS) -> list[str]:
    """Names of the pages that are missing or differ from what the declarations say."""
    return [
        name
        for name, text in pages.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write the pages, or with `--check` only compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    is_check = parser.parse_args().check
    pages = rendered()
    outdated = stale(pages)
    if not is_check:
        for name in outdated:
            (DOCS / name).write_text(pages[name], encoding="utf-8")
            print(f"docs/{name} written")
    elif outdated:
        names = ", ".join(f"docs/{name}" for name in outdated)
        print(f"stale: {names}. Run `make docs` and commit the result.", file=sys.stderr)
    return int(is_check and bool(outdated))


if __name__ == "__main__":
    sys.exit(main())
