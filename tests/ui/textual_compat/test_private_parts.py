"""Private names of Textual, which change without notice, are used only in a few modules."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import textual
from textual.message_pump import MessagePump

import reader.ui

KEEPERS = {
    "reader.ui.textual_compat.failures",
    "reader.ui.textual_compat.long_view",
    "reader.ui.textual_compat.keyboard",
    "reader.ui.textual_compat.quick_keys",
    "reader.ui.textual_compat.compositor",
    "reader.ui.textual_compat.driver",
    "reader.ui.textual_compat.light_screen",
    "reader.ui.textual_compat.spoken_palette",
}
"""The modules that may use private names of Textual."""

OF_TUPLES = {"_replace", "_asdict"}


def modules() -> Iterator[ModuleType]:
    for each in pkgutil.walk_packages(reader.ui.__path__, "reader.ui."):
        yield importlib.import_module(each.name)


def private_names(source: str) -> frozenset[str]:
    """The private attributes that a source text defines or uses of itself."""
    return frozenset(re.findall(r"(?:self\.|def )(_[a-z]\w*)", source)) - OF_TUPLES


@cache
def names_of(part: type) -> frozenset[str]:
    return private_names(inspect.getsource(part))


def names_of_textual() -> frozenset[str]:
    """Every private attribute that is defined anywhere in Textual."""
    folder = Path(textual.__file__).parent
    return frozenset().union(
        *(private_names(path.read_text("utf-8")) for path in folder.rglob("*.py"))
    )


def used_of_others(tree: ast.AST) -> Iterator[str]:
    """Private attributes of anything but `self`, and private modules of Textual."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and "textual._" in f"{node.module}.":
            yield node.module or ""
        if isinstance(node, ast.Attribute) and not (
            isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        ):
            yield node.attr


def shared_with_textual(part: type) -> set[str]:
    """Private names that a class of ours shares with the classes of Textual below it."""
    theirs = [each for each in part.__mro__ if each.__module__.startswith("textual.")]
    return set(names_of(part) & frozenset().union(*map(names_of, theirs)))


def test_private_names_of_textual_are_used_in_a_few_modules_alone() -> None:
    found, theirs = {}, names_of_textual()
    for module in modules():
        source = Path(module.__file__ or "").read_text("utf-8")
        used = set(used_of_others(ast.parse(source)))
        used = {name for name in used if name in theirs or name.startswith("textual.")}
        for part in vars(module).values():
            is_ours = isinstance(part, type) and part.__module__ == module.__name__
            if is_ours and issubclass(part, MessagePump):
                used |= shared_with_textual(part)
        if used:
            found[module.__name__] = sorted(used)
    assert set(found) == KEEPERS, found
