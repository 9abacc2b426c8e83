"""Before a run, the command names a persona that the history is too short for; that is no error."""

from __future__ import annotations

from pathlib import Path

import pytest

from spendsense_pipeline_tests.fixtures.command import run

TARGETED = """
config: {months_history: 1, generation_timestamp: 2026-06-15}
controls: {target_personas: [variable_income, savings_builder]}
"""
NATURAL = "config: {months_history: 3, generation_timestamp: 2026-06-15}\n"
LONG = "config: {months_history: 4, generation_timestamp: 2026-06-15}\n"
SAID = "variable_income needs 4 full months of history to show, and this is {}: let months_history be 4"


@pytest.mark.parametrize(
    ("text", "given"), [(TARGETED, "1 full month"), (NATURAL, "3 full months"), (LONG, None)]
)
@pytest.mark.parametrize("words", [("config", "check"), ("refresh", "--dry-run", "--config")])
def test_a_persona_that_cannot_show_is_named(
    data_dir: Path, tmp_path: Path, words: tuple[str, ...], text: str, given: str | None
) -> None:
    file = tmp_path / "asked.yaml"
    file.write_text(text, encoding="utf-8")
    answer, as_json = run(*words, file), run(*words, file, "--json")
    assert answer.code == as_json.code == 0
    if given is None:
        assert "full month" not in answer.out
        assert as_json.json["warnings"] == []
    else:
        assert SAID.format(given) in answer.out
        [warning] = as_json.json["warnings"]
        assert SAID.format(given) in warning
    assert not data_dir.exists()
