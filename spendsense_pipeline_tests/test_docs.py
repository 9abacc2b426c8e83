"""The derived pages say what the declarations say, and a page that does not is caught."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import spendsense_pipeline
from docs import generate
from docs.derived.markdown import table

PACKAGE = Path(spendsense_pipeline.__file__).parent
EXAMPLES = {".py", ".sql"}


def test_every_derived_page_is_current() -> None:
    stale = generate.stale(generate.rendered())
    assert not stale, f"run `make docs` and commit: {stale}"


def test_a_changed_page_and_a_missing_page_are_stale(tmp_path: Path) -> None:
    pages = {"kept.md": "as declared\n", "edited.md": "as declared\n", "lost.md": "as declared\n"}
    (tmp_path / "kept.md").write_text("as declared\n", encoding="utf-8")
    (tmp_path / "edited.md").write_text("by hand\n", encoding="utf-8")
    assert generate.stale(pages, tmp_path) == ["edited.md", "lost.md"]


def test_a_part_of_a_page_by_hand_is_put_in_its_place() -> None:
    page = "before\n<!-- one: derived by `make docs` -->\nold\n<!-- /one -->\nafter\n"
    put = generate.with_parts(page, {"one": lambda: "new"})
    assert put == page.replace("old", "new")
    assert generate.with_parts(put, {"one": lambda: "new"}) == put
    with pytest.raises(ValueError, match="no place for two"):
        generate.with_parts(page, {"two": lambda: "new"})


def test_a_cell_cannot_break_its_table() -> None:
    assert table(("A", "B"), [("one | two", "three\nfour")]).splitlines() == [
        "| A | B |",
        "| --- | --- |",
        "| one \\| two | three four |",
    ]


def test_the_naming_page_names_what_exists() -> None:
    page = (PACKAGE.parent / "docs" / "naming.md").read_text(encoding="utf-8")
    examples = " ".join(line.split(" | ")[-1] for line in page.splitlines() if "`" in line)
    named = set(re.findall(r"`[$\"]*([\w/.]+)", examples))
    folders = (PACKAGE, PACKAGE.parent / "spendsense_pipeline_tests")
    files = [path for folder in folders for path in folder.rglob("*.*") if path.suffix != ".pyc"]
    text = "".join(path.read_text(encoding="utf-8") for path in files if path.suffix in EXAMPLES)
    paths = "\n".join(path.as_posix() for path in files)
    assert len(named) > 20
    assert not [name for name in named if name not in text and name not in paths]
