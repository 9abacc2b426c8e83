"""The walls of the house: who may import what, what a module must say, how long it may be.

A failure here is not a style question. Each rule keeps one promise of `docs/architecture.md`.
"""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGE = CHECKOUT / "spendsense_pipeline"
TESTS = CHECKOUT / "spendsense_pipeline_tests"

MODULES = sorted(PACKAGE.rglob("*.py"))
# A table of cases may be longer than an idea.
LONGEST_FILE = {PACKAGE: 350, TESTS: 500}
# Names that say nothing about what is inside.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "constants", "shared"}
# Dagster is an edge: the subject must be readable, testable and fast without it.
MAY_IMPORT_DAGSTER = ("defs/", "definitions.py", "launching/")
# pandas and the plotting library serve the edges; neither may cost a run its start-up time.
HEAVY = {"pandas", "matplotlib"}


def within(module: Path) -> str:
    """The module's path inside the package, with forward slashes."""
    return module.relative_to(PACKAGE).as_posix()


@functools.cache
def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


@functools.cache
def imported_names(module: Path, *, top_level_only: bool) -> tuple[str, ...]:
    """Full dotted names a module imports; inside functions too unless `top_level_only`."""
    return tuple(_imported_names(module, top_level_only=top_level_only))


def _imported_names(module: Path, *, top_level_only: bool) -> Iterator[str]:
    tree = parsed(module)
    nodes = _import_time_nodes(tree) if top_level_only else ast.walk(tree)
    package = ("spendsense_pipeline", *module.relative_to(PACKAGE).parent.parts)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def _import_time_nodes(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node that runs when the module is imported: not function bodies, not type checking."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        yield node
        waiting.extend(ast.iter_child_nodes(node))


def imports(module: Path, package: str, *, top_level_only: bool = False) -> bool:
    names = imported_names(module, top_level_only=top_level_only)
    return any(name == package or name.startswith(package + ".") for name in names)


def tracked_files() -> list[Path]:
    """What a clone contains; the working tree where there is no git."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("git is not available, so what a clone contains is not known")
    return [CHECKOUT / name for name in listing if (CHECKOUT / name).is_file()]


@pytest.mark.parametrize("module", MODULES, ids=within)
def test_module_opens_with_a_charter(module: Path) -> None:
    charter = ast.get_docstring(parsed(module))
    assert charter, f"{within(module)} must open by saying what belongs in it"


def test_no_file_outgrows_one_idea() -> None:
    too_long = {
        path.relative_to(CHECKOUT).as_posix(): length
        for folder, longest in LONGEST_FILE.items()
        for path in folder.rglob("*")
        if path.suffix in {".py", ".sql"}
        and (length := len(path.read_text(encoding="utf-8").splitlines())) >= longest
    }
    assert not too_long, f"find the second idea in each and give it a file: {too_long}"


def test_every_name_says_what_is_inside() -> None:
    stems = {
        path: path.stem.lower()
        for folder in (PACKAGE, TESTS)
        for path in folder.rglob("*")
        # Files that other programs wrote keep the names those gave them.
        if path.is_dir() or path.suffix in {".py", ".sql"}
    }
    nameless = [
        path.relative_to(CHECKOUT).as_posix()
        for path, stem in stems.items()
        if EMPTY_NAMES & set(stem.split("_")) or re.search(r"_\d$", stem)
    ]
    assert not nameless, f"name these for the concept they hold: {nameless}"


def test_only_the_edge_imports_dagster() -> None:
    strays = [
        within(module)
        for module in MODULES
        if not within(module).startswith(MAY_IMPORT_DAGSTER)
        and any(
            name.split(".")[0].startswith("dagster")
            for name in imported_names(module, top_level_only=False)
        )
    ]
    assert not strays, f"only defs/, definitions.py and launching/ know Dagster: {strays}"


@pytest.mark.parametrize(
    ("library", "edges"),
    [
        ("nicegui", ("ui/",)),
        ("fastapi", ("ui/", "bank/")),
        ("uvicorn", ("ui/", "bank/")),
        ("starlette", ("ui/", "bank/", "serving/", "defs/")),
        ("httpx", ("bank/",)),
        ("jwt", ("bank/",)),
    ],
)
def test_only_the_edge_that_serves_imports_the_web(library: str, edges: tuple[str, ...]) -> None:
    strays = [
        within(module)
        for module in MODULES
        if not within(module).startswith(edges) and imports(module, library)
    ]
    assert not strays, f"only {', '.join(edges)} knows {library}: {strays}"


@pytest.mark.parametrize("server", ["ui", "bank"])
@pytest.mark.parametrize("edge", ["defs", "definitions", "cli", "ui", "bank"])
def test_a_server_imports_no_other_edge(server: str, edge: str) -> None:
    strays = [
        within(module)
        for module in MODULES
        if edge != server
        and within(module).startswith(f"{server}/")
        and imports(module, f"spendsense_pipeline.{edge}")
    ]
    assert not strays, f"what both need belongs below them: {strays}"


def test_a_page_holds_no_query() -> None:
    querying = [
        within(module)
        for module in MODULES
        if within(module).startswith("ui/")
        and (
            imports(module, "duckdb")
            or re.search(r"\.(rows|execute|sql)\(", module.read_text(encoding="utf-8"))
        )
    ]
    assert not querying, f"pages ask `reporting` and `review`: {querying}"


def test_the_command_and_the_pages_reach_dagster_through_launching_only() -> None:
    reaching = [
        f"{within(module)}: {package}"
        for module in MODULES
        for package in ("definitions", "defs")
        if within(module).startswith(("cli/", "ui/", "bank/"))
        and imports(module, f"spendsense_pipeline.{package}")
    ]
    assert not reaching, f"ask spendsense_pipeline.launching instead: {reaching}"


def test_launching_loads_dagster_only_when_it_runs_or_reads_something() -> None:
    names = [
        within(module).removesuffix(".py").replace("/", ".")
        for module in MODULES
        if within(module).startswith("launching/") and module.stem != "__init__"
    ]
    assert names
    loaded = loaded_by("\n".join(f"import spendsense_pipeline.{name}" for name in names))
    assert not loaded & (HEAVY | {"dagster"}), "a page or `spendsense --help` would pay for it"


@pytest.mark.parametrize(
    "judge",
    ["personas", "features", "evaluation", "traces", "checks", "recommendations", "review"],
)
def test_generation_does_not_know_how_it_is_judged(judge: str) -> None:
    """Otherwise "the targeted user got the targeted persona" would be no finding."""
    knowing = [
        within(module)
        for module in MODULES
        if within(module).startswith("generation/")
        and imports(module, f"spendsense_pipeline.{judge}")
    ]
    assert not knowing, f"generation must not import {judge}: {knowing}"


@pytest.mark.parametrize(
    "stage", ["features", "personas", "evaluation", "traces", "recommendations", "review"]
)
def test_what_measures_does_not_know_how_rows_were_made(stage: str) -> None:
    """They work on data we did not generate."""
    knowing = [
        within(module)
        for module in MODULES
        if within(module).startswith(f"{stage}/")
        and imports(module, "spendsense_pipeline.generation")
    ]
    assert not knowing, f"{stage} must not import generation: {knowing}"


def test_what_was_said_of_items_is_known_apart_from_how_they_are_made_and_shown() -> None:
    apart = ("cli", "defs", "definitions", "ui", "bank", "reporting", "recommendations")
    knowing = [
        f"{within(module)}: {package}"
        for module in MODULES
        for package in apart
        if within(module).startswith("review/")
        and imports(module, f"spendsense_pipeline.{package}")
    ]
    assert not knowing, f"a log of what was said stands on its own: {knowing}"


def test_the_rule_book_imports_nothing_but_its_vocabulary() -> None:
    """Targets, thresholds and tables read it, so it must stand below them all."""
    allowed = ("spendsense_pipeline.personas.book", "spendsense_pipeline.personas.criteria")
    strays = [
        f"{within(module)}: {name}"
        for module in MODULES
        if within(module).startswith("personas/book/") or within(module) == "personas/criteria.py"
        for name in imported_names(module, top_level_only=False)
        if name.startswith("spendsense_pipeline") and not name.startswith(allowed)
    ]
    assert not strays, f"declare here and derive elsewhere: {strays}"


def test_controls_and_tables_read_of_personas_the_book_only() -> None:
    program = "import sys, spendsense_pipeline.controls, spendsense_pipeline.tables\n"
    program += "print('\\n'.join(m for m in sys.modules if m.startswith('spendsense_pipeline')))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.split()
    judging = [
        name
        for name in loaded
        if name.startswith("spendsense_pipeline.personas.")
        and name.split(".")[2] not in ("book", "criteria", "rules")
    ]
    assert not judging, f"asking for a persona must not load what judges: {judging}"


def test_the_environment_is_read_in_one_place() -> None:
    # os.environ passed whole to a child process is not reading it; a lookup is.
    lookup = re.compile(r"os\.(getenv\(|environ(\.get\(|\[))|from os import .*\b(environ|getenv)\b")
    readers = [
        within(module)
        for module in MODULES
        if within(module) != "settings.py" and lookup.search(module.read_text(encoding="utf-8"))
    ]
    assert not readers, f"ask spendsense_pipeline.settings instead: {readers}"


def test_no_module_imports_a_heavy_library_when_it_is_loaded() -> None:
    eager = [
        f"{within(module)}: {library}"
        for module in MODULES
        for library in sorted(HEAVY)
        if imports(module, library, top_level_only=True)
    ]
    assert not eager, f"import these inside the function that needs them: {eager}"


def loaded_by(statement: str) -> set[str]:
    """Top-level packages in memory after a fresh interpreter has run the statement."""
    program = f"{statement}\nimport sys\nprint('\\n'.join(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in result.stdout.split()}


def test_loading_the_definitions_loads_no_heavy_library() -> None:
    loaded = loaded_by("import spendsense_pipeline.definitions")
    assert "dagster" in loaded
    assert not loaded & (HEAVY | {"pyarrow", "holidays"})


def test_loading_the_command_line_loads_neither_dagster_nor_heavy_libraries() -> None:
    assert not loaded_by("import spendsense_pipeline.cli") & (HEAVY | {"dagster"})


def test_tracked_files_name_no_machine_and_no_registry() -> None:
    # Spelled in pieces so that this file does not find itself.
    traces = re.compile(
        "|".join(
            [
                r"(?<![\w.])/(?:wor" + r"k|home/\w|Users/\w|roo" + r"t)(?:/|\b)",
                r"/tm" + r"p/\w",
                r"fil" + r"e:///",
                r"pypi\." + r"org|pythonhosted\." + r"org|--(?:extra-)?index-" + r"url\s+\w",
            ]
        )
    )
    found = []
    for path in tracked_files():
        if path.suffix in {".png", ".ico", ".parquet", ".duckdb"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if traces.search(line):
                found.append(f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def test_no_tool_block_overrides_the_workspace_file() -> None:
    configuration = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    assert not re.search(r"^\[tool\.(dagster|dg)\b", configuration, flags=re.MULTILINE)
    module = "spendsense_pipeline.definitions"
    assert f"module_name: {module}" in (CHECKOUT / "workspace.yaml").read_text(encoding="utf-8")
    # A module named there as well makes `dagster dev` refuse both, and hang in its exit.
    assert not (CHECKOUT / ".env").exists()
