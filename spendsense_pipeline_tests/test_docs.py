"""The derived pages say what the declarations say, and a page that does not is caught."""

from __future__ import annotations

from pathlib import Path

from docs import generate


def test_every_derived_page_is_current() -> None:
    stale = generate.stale(generate.rendered())
    assert not stale, f"run `make docs` and commit: {stale}"


def test_a_changed_page_and_a_missing_page_are_stale(tmp_path: Path) -> None:
    pages = {"kept.md": "as declared\n", "edited.md": "as declared\n", "lost.md": "as declared\n"}
    (tmp_path / "kept.md").write_text("as declared\n", encoding="utf-8")
    (tmp_path / "edited.md").write_text("by hand\n", encoding="utf-8")
    assert generate.stale(pages, tmp_path) == ["edited.md", "lost.md"]


def test_a_cell_cannot_break_its_table() -> None:
    assert generate.table(("A", "B"), [("one | two", "three\nfour")]).splitlines() == [
        "| A | B |",
        "| --- | --- |",
        "| one \\| two | three four |",
    ]
