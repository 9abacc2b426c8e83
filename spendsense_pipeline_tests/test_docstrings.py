"""Public functions say what goes in and what comes out: arguments, shapes, errors.

`DOCUMENTED` names the packages where every one does; a package joins it when it is true of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import spendsense_pipeline

PACKAGE = Path(spendsense_pipeline.__file__).parent
DOCUMENTED = (
    "evaluation",
    "features",
    "generation",
    "publishing",
    "recommendations",
    "review",
    "scaling",
)
ARRAYS = re.compile(r"\b(Ints|Floats|Flags|Words|Days|NDArray|ArrayLike)\b")
SHAPE = re.compile(r"`[^`]*\[[A-Za-z0-9]")


def public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions of a module and methods of its public classes, but for private and special ones."""
    bodies = [tree.body]
    bodies += [
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    for node in (node for body in bodies for node in body):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def arguments(function: ast.FunctionDef) -> list[ast.arg]:
    declared = function.args
    every = [*declared.posonlyargs, *declared.args, *declared.kwonlyargs]
    every += [each for each in (declared.vararg, declared.kwarg) if each]
    return [each for each in every if each.arg not in ("self", "cls")]


def raised(function: ast.FunctionDef) -> set[str]:
    """Names of the error classes a function raises itself."""
    waiting: list[ast.AST] = [*function.body]
    names = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            names.add(ast.unparse(node.exc.func).split(".")[-1])
        waiting.extend(ast.iter_child_nodes(node))
    return {name for name in names if name[0].isupper()}


def section(docstring: str, title: str) -> str:
    found = re.search(rf"^{title}:\n((?:[ ]{{4}}.*\n?|\n)+)", docstring, re.MULTILINE)
    return found[1] if found else ""


def missing(function: ast.FunctionDef) -> list[str]:
    """What a docstring leaves unsaid, given the signature and the body."""
    docstring = ast.get_docstring(function) or ""
    given = arguments(function)
    returns = ast.unparse(function.returns) if function.returns else "None"
    unsaid = []
    if len(given) > 1:
        said = section(docstring, "Args")
        unsaid += [
            f"Args: {each.arg}"
            for each in given
            if not re.search(rf"^ {{4}}\**{each.arg}:", said, re.MULTILINE)
        ]
        if returns != "None" and not section(docstring, "(?:Returns|Yields)"):
            unsaid.append("Returns")
    annotations = [ast.unparse(each.annotation) for each in given if each.annotation]
    if ARRAYS.search(" ".join([*annotations, returns])) and not SHAPE.search(docstring):
        unsaid.append("the shape of its arrays, as `[U, D]`")
    errors = section(docstring, "Raises")
    return unsaid + [f"Raises: {name}" for name in sorted(raised(function)) if name not in errors]


@pytest.mark.parametrize("package", DOCUMENTED)
def test_public_functions_say_what_goes_in_and_what_comes_out(package: str) -> None:
    silent = {
        f"{path.relative_to(PACKAGE)}:{function.lineno} {function.name}": unsaid
        for path in sorted((PACKAGE / package).rglob("*.py"))
        for function in public_functions(ast.parse(path.read_text(encoding="utf-8")))
        if (unsaid := missing(function))
    }
    assert not silent, f"say these in the docstring: {silent}"
