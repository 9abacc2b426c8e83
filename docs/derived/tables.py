"""Every table: where it stands and what its columns are."""

from __future__ import annotations

from docs.derived.markdown import code, table
from spendsense_pipeline.tables import TABLES
from spendsense_pipeline.tables.declaration import Column, PipelineTable, RowCount


def tables() -> str:
    """Every table, where it stands and what its columns are."""
    parts = [
        "# Tables",
        "In the order data flows. A table stands in every place it can: its rows are checked, "
        "published, counted in the summary and exported, and made in shards where they belong to "
        "people. Where one is left out, its declaration says why.",
    ]
    described: dict[tuple[Column, ...], str] = {}
    for declared in TABLES:
        parts += [f"## {code(declared.name)}", declared.description, _facts(declared)]
        alike = described.setdefault(declared.columns, declared.name)
        if alike != declared.name:
            parts.append(f"Columns: those of {code(alike)}.")
            continue
        rows = (
            (
                code(column.name),
                column.type,
                column.unit,
                "yes" if column.nullable else "",
                column.description,
                ", ".join(map(code, column.allowed or ())),
            )
            for column in declared.columns
        )
        headings = ("Column", "Type", "Unit", "May be missing", "What it is", "One of")
        parts.append(table(headings, rows))
    return "\n\n".join(parts)


def _facts(declared: PipelineTable) -> str:
    """A list of what a declaration says beside its columns."""
    step, rows = declared.step, declared.rows
    facts = {
        "Made by": f"{code(step.name)} ({step.doing}), stage {step.stage.name}",
        "Rows": rows.words if isinstance(rows, RowCount) else f"any number; {rows.because}",
        "Key": ", ".join(map(code, declared.primary_key)),
        "Ordered by": ", ".join(map(code, declared.order_by)),
    }
    if declared.foreign_keys:
        facts["Refers to"] = ", ".join(code(key.table) for key in declared.foreign_keys)
    if declared.person_key:
        facts["Holds"] = (
            "only people who have consented"
            if declared.holds_only_consenting
            else f"everybody; {declared.stage.everybody_because}"
        )
    if declared.stands_in("imports"):
        facts["Imports"] = "must bring it" if declared.is_import_needed else "may bring it"
    for left_out in declared.left_out:
        facts[f"Not in {left_out.place}"] = left_out.because
    return "\n".join(f"- {name}: {said}" for name, said in facts.items())
