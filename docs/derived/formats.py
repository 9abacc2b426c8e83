"""Every ready format of an import, from its record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docs.derived.markdown import code, table
from spendsense_pipeline.importing.formats import FORMATS


def formats() -> str:
    """Every ready format of an import, from its record."""
    parts = [
        "# Formats",
        "Exports that `spendsense import PATH --format NAME` reads. PATH is one file, or a folder "
        "of them: `FOLDER/<user_id>/<export>`, or the exports of one person. What an export does "
        "not say (type, limit, balance, consent) an `accounts.csv` and a `users.csv` beside it "
        "may; see the [operator guide](operator-guide.md). In the tables positive is money out.",
    ]
    for ready in FORMATS.values():
        parts += [f"## `{ready.name}`: {ready.title}", _format_facts(ready)]
        for layout in ready.layouts:
            said = layout.transactions
            theirs = {**dict(layout.optional), **dict(said.columns)}
            amount = theirs.pop("amount", None)
            if said.debit:
                amount = f"{said.debit} (out), {said.credit} (in)"
            elif said.direction:
                amount = f"{amount}; {said.direction.column} says which way"
            elif amount:
                amount = f"{amount}, {'negative' if said.negate else 'positive'} = money out"
            rows = [
                ("columns that tell it", ", ".join(map(code, layout.header))),
                ("amount", amount),
                *((code(ours), code(name)) for ours, name in theirs.items()),
                ("account is", f"{layout.type}/{layout.subtype}" if layout.type else "by its name"),
                *(((key, code(name)) for key, name in _named_columns(layout) if name)),
            ]
            parts += [f"### {layout.title}", table(("What", "Theirs"), rows)]
    return "\n\n".join(parts)


def _named_columns(layout: Any) -> Iterator[tuple[str, str | None]]:
    yield "account", layout.account
    yield "balance after a row", layout.balance
    yield "identifier", layout.their_id
    for column, words in layout.pending.items():
        yield "pending", f"{column}: {', '.join(words)}"
    for column, codes in layout.categories.items():
        yield (
            "category",
            f"{column}: {', '.join(f'{word} = {name}' for word, name in codes.items())}",
        )


def _format_facts(ready: Any) -> str:
    facts = {
        "Files": ", ".join(map(code, ready.suffixes)),
        "Signs": ready.signs,
        "Account and balance": ready.accounts,
    }
    lines = [f"- {name}: {said}" for name, said in facts.items()]
    lines += [f"- {remark}" for remark in ready.remarks]
    lines.append(f"- Described in: {', '.join(f'<{source}>' for source in ready.sources)}")
    return "\n".join(lines)
