"""Every command with its arguments and options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from docs.derived.markdown import code, table
from spendsense_pipeline.cli import app


def cli() -> str:
    """Every command with its arguments and options."""
    parts = [
        "# `spendsense`",
        "Exit codes: 0 all good; 1 a run or a blocking check failed; 2 the input was wrong.",
    ]
    for name, command in _commands(typer.main.get_command(app), "spendsense"):
        parts += _command(name, command)
    return "\n\n".join(parts)


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    if getattr(command, "hidden", False):
        return
    yield name, command
    for child, subcommand in getattr(command, "commands", {}).items():
        yield from _commands(subcommand, f"{name} {child}")


def _command(name: str, command: Any) -> Iterator[str]:
    parameters = [
        parameter
        for parameter in command.params
        if parameter.name != "help" and not getattr(parameter, "hidden", False)
    ]
    arguments = [
        p.name.upper() if p.required else f"[{p.name.upper()}]"
        for p in parameters
        if p.param_type_name == "argument"
    ]
    following = ["COMMAND"] if getattr(command, "commands", None) else arguments
    yield f"## `{' '.join([name, *following])}`"
    if command.help:
        yield command.help.strip()
    if parameters:
        yield table(
            ("Argument or option", "Meaning", "Default"),
            ((_spelling(p), p.help, _default(p)) for p in parameters),
        )


def _spelling(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return code(parameter.name.upper())
    takes = "" if parameter.is_flag else f" {parameter.name.strip('_').upper()}"
    names = (*parameter.opts, *parameter.secondary_opts)
    return ", ".join(code(f"{name}{takes}") for name in names)


def _default(parameter: Any) -> str:
    # A text here is what the help shows where the value itself would say nothing.
    if isinstance(getattr(parameter, "show_default", None), str):
        return str(parameter.show_default)
    is_said = parameter.default is not None and not isinstance(parameter.default, bool)
    return code(parameter.default) if is_said else ""
