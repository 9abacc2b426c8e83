"""The registry of tables: whole, light, read in every field, and the only list of tables there is."""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import dagster as dg
import pytest

import spendsense_pipeline
from spendsense_pipeline import tables
from spendsense_pipeline.checks import CHECKS
from spendsense_pipeline.controls.resolved import SECTIONS
from spendsense_pipeline.definitions import defs
from spendsense_pipeline.scaling.shard import SHARD_TABLES
from spendsense_pipeline.tables import TABLES, declaration, steps, tables_in
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
from spendsense_pipeline.tables.declaration import AnyCount, PipelineTable, Place

PACKAGE = Path(spendsense_pipeline.__file__).parent
NAMES = {table.name for table in TABLES}
# Lists of tables are for the registry; two names may stand together in a query's plain words.
MOST_NAMES_BY_HAND = 2
HEAVY = {"duckdb", "numpy", "pyarrow", "pydantic", "dagster"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_declaration_is_whole(table: PipelineTable) -> None:
    columns = set(table.column_names)
    assert len(columns) == len(table.columns)
    assert all(column.description.strip() for column in table.columns)
    assert table.description.endswith(".")
    assert table.primary_key
    assert {*table.primary_key, *table.order_by} <= columns
    earlier = {t.name: t for t in TABLES[: TABLES.index(table)]}
    for key in table.foreign_keys:
        assert set(key.columns) <= columns
        assert set(key.references) <= set(earlier[key.table].column_names)
    assert table.step.doing
    # What is internal is known by its name wherever the file is opened.
    assert table.stands_in("dataset") != table.name.startswith("_")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_checked_counted_and_exported_or_says_why_not(table: PipelineTable) -> None:
    left_out = {each.place: each.because for each in table.left_out}
    assert len(left_out) == len(table.left_out)
    assert set(left_out) <= set(get_args(Place))
    assert all(left_out.values())
    # A reason for a place it could not stand in anyway would be read by nobody.
    anywhere = dataclasses.replace(table, left_out=())
    assert all(anywhere.stands_in(place) for place in left_out)
    checks = {
        check.name.removeprefix(f"{check.table}_")
        for check in CHECKS
        if check.asset == table.asset and (check.table or check.asset) == table.name
    }
    if "checks" in left_out:
        assert not checks
    else:
        assert checks >= {"schema_is_declared", "keys_are_unique"}
        assert ("references_exist" in checks) == bool(table.foreign_keys)
        assert ("only_consenting_people" in checks) == table.holds_only_consenting
        is_counted = bool(checks & {"row_count_is_declared", "every_consenting_person"})
        assert is_counted != (isinstance(table.rows, AnyCount) and bool(table.rows.because))
    is_published = "dataset" not in left_out
    assert (table in tables_in("dataset")) == is_published
    assert (table in tables_in("summary")) == (is_published and "summary" not in left_out)
    assert (table in tables_in("exports")) == (is_published and "exports" not in left_out)
    assert (table in SHARD_TABLES) == (table.person_key is not None and "shards" not in left_out)


def test_no_declaration_is_left_out_of_the_registry() -> None:
    modules = [
        importlib.import_module(f"{tables.__name__}.{module.name}")
        for module in pkgutil.iter_modules(tables.__path__)
    ]
    declared = {
        found.name
        for module in modules
        for found in vars(module).values()
        if isinstance(found, PipelineTable)
    }
    assert declared <= NAMES, f"add to TABLES: {sorted(declared - NAMES)}"
    assert len(NAMES) == len(TABLES)


def test_every_step_is_in_the_graph_and_makes_what_is_declared() -> None:
    made = {
        each.op.name: {key.to_user_string() for key in each.keys}
        for each in defs.assets or ()
        if isinstance(each, dg.AssetsDefinition)
    }
    assert set(steps()) <= set(made)
    for table in TABLES:
        assert table.asset in made[table.step.name], table.name


def test_the_controls_know_every_section() -> None:
    assert set(OPERATOR_CONTROLS.column("section").allowed or ()) == {"run", *SECTIONS}


def test_loading_the_declarations_loads_no_library_and_nothing_that_makes_a_table() -> None:
    program = "import sys, spendsense_pipeline.tables; print('\\n'.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not HEAVY & {name.split(".")[0] for name in loaded}
    ours = {name.split(".")[1] for name in loaded if name.startswith("spendsense_pipeline.")}
    assert ours <= {"tables", "personas"}  # of the personas the rule book alone, for their keys


@functools.cache
def parsed() -> dict[Path, ast.Module]:
    paths = [*sorted(PACKAGE.rglob("*.py")), PACKAGE.parent / "docs" / "generate.py"]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def test_every_field_of_a_declaration_is_read() -> None:
    fields = {
        field.name
        for kind in vars(declaration).values()
        if dataclasses.is_dataclass(kind)
        for field in dataclasses.fields(kind)
    }
    read = {
        node.attr
        for tree in parsed().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert fields <= read, f"nobody reads {sorted(fields - read)}"


def test_nobody_keeps_a_list_of_tables_by_hand() -> None:
    kept = []
    for path, tree in parsed().items():
        for node in ast.walk(tree) if path.parent.name != "tables" else ():
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                texts = node.elts
            elif isinstance(node, ast.Dict):
                texts = [key for key in node.keys if key is not None]
            else:
                continue
            named = NAMES & {t.value for t in texts if isinstance(t, ast.Constant)}
            if len(named) > MOST_NAMES_BY_HAND:
                kept.append(f"{path.relative_to(PACKAGE.parent)}:{node.lineno}: {sorted(named)}")
    assert not kept, f"ask spendsense_pipeline.tables instead: {kept}"
