"""Every key of a mapping file, from the models that read it."""

from __future__ import annotations

from docs.derived.markdown import code, table
from spendsense_pipeline.importing.mapping import (
    IMPORTABLE_TABLES,
    CsvDialect,
    Direction,
    NumberFormat,
    TableMapping,
)


def mapping() -> str:
    """Every key of a mapping file, from the models that read it."""
    parts = [
        "# The mapping file",
        "`spendsense import PATH --mapping FILE` reads files whose columns, values, dates, numbers "
        "or signs are not ours. The file is YAML or JSON; at its top stand names of our tables "
        f"({', '.join(map(code, IMPORTABLE_TABLES))}), below each the keys that follow, all of "
        "which may be left out. A mistake in it is named with its place. Beside `--format` it wins "
        "key by key; of Plaid's responses everything but `file` and `csv` applies.",
    ]
    titles = {
        TableMapping: "Of a table",
        CsvDialect: "Under `csv`",
        NumberFormat: "Under `numbers`",
        Direction: "Under `direction`",
    }
    for model, title in titles.items():
        fields = model.model_fields.items()
        rows = ((code(field.alias or key), field.description) for key, field in fields)
        parts += [f"## {title}", str(model.__doc__), table(("Key", "Says"), rows)]
    return "\n\n".join(parts)
