"""Texts of the program that are translated, and those that are forgotten.

Texts are the arguments of `_`, `ngettext` and `pgettext`, and the docstrings of commands.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from reader.cli.printing.help import paragraphs

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "reader"

KEYWORDS = {"_": None, "english": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
"""Functions of `reader.i18n`, and which of their arguments are texts, as Babel has them."""

_COMMAND = {"command", "group"}
_SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
_TAG = re.compile(r"<[^<>]*>")
_SQL = re.compile(
    r"\b(SELECT|INSERT|UPDATE|CREATE|DELETE|PRAGMA|FROM|WHERE|ORDER BY|VALUES|ALTER TABLE"
    r"|DROP TABLE|SAVEPOINT|ROLLBACK TO|RELEASE|REINDEX|NOT GLOB|NOT IN|SHOW|SET LOCAL"
    r"|SET client_encoding|CASE WHEN)\b| = (?:\?|%s)|\btypeof\("
)
_NUMBER = re.compile(r",|\.[1-9]\d*[f%]")
_NUMBER_IN_TEXT = re.compile(r"\{\w*:[^{}]*(,|\.[1-9]\d*[f%])[^{}]*\}")
_NOT_SHOWN = "# not shown"
"""Comment, with a reason, at the end of a line whose text nobody sees, or sees in English."""

_UNTRANSLATED_CALLS = {"note", "AssertionError", "NotImplementedError", "TypeError", "compile"} | {
    *("names", "css", "css_first"),
}
"""What takes texts for the log, for programmers, or for a machine (names of elements of HTML)."""


class Docstring(NamedTuple):
    """A paragraph of a command's help."""

    path: Path
    text: str


class Forgotten(NamedTuple):
    """A text that is shown in English alone."""

    path: Path
    line: int
    text: str


def docstrings() -> Iterator[Docstring]:
    """Yield the paragraphs of every command's help."""
    for path in sorted((PACKAGE / "cli").rglob("*.py")):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef) and (text := _help(node)):
                yield from (Docstring(path, each) for each in paragraphs(text))


def _help(function: ast.FunctionDef) -> str | None:
    return ast.get_docstring(function) if any(map(_is_command, function.decorator_list)) else None


def forgotten(path: Path) -> list[Forgotten]:
    """Return what looks like a sentence in a module, and what is not collected from it."""
    source = path.read_text()
    lines = source.splitlines()
    tree = _tree(path)
    known = set(_known(tree))
    found = list(_not_collected(path, tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant | ast.JoinedStr) or id(node) in known:
            continue
        text = _text(node)
        is_excused = any(_NOT_SHOWN in line for line in lines[node.lineno - 1 : node.end_lineno])
        if _SENTENCE.search(_TAG.sub("<>", text)) and not _SQL.search(text) and not is_excused:
            found.append(Forgotten(path, node.lineno, text))
    return found


def english_numbers(path: Path) -> list[Forgotten]:
    """Return where a number is formatted as English writes it, for people to read."""
    tree = _tree(path)
    excused = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node.func) in _UNTRANSLATED_CALLS
        for part in ast.walk(node)
    }
    return [
        Forgotten(path, node.lineno, ast.unparse(node))
        for node in ast.walk(tree)
        if id(node) not in excused
        and (
            (isinstance(node, ast.Constant) and _NUMBER_IN_TEXT.search(str(node.value)))
            or (
                isinstance(node, ast.FormattedValue)
                and node.format_spec is not None
                and _NUMBER.search(ast.unparse(node.format_spec))
            )
        )
    ]


def _not_collected(path: Path, tree: ast.Module) -> Iterator[Forgotten]:
    """Yield texts within an f-string, which Babel does not find."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr):
            continue
        for part in ast.walk(node):
            if (
                isinstance(part, ast.Call)
                and _name(part.func) in KEYWORDS
                and any(isinstance(each, ast.Constant) for each in part.args)
            ):
                yield Forgotten(path, part.lineno, ast.unparse(part))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _is_command(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in _COMMAND


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    """Return the text of a literal, of an f-string with its values left out."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return "".join(map(str, parts))


def _known(tree: ast.Module) -> Iterator[int]:
    """Yield the ids of nodes whose texts are translated, or are no texts."""
    words = set(_split(tree)) - {""}
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # docstrings
            yield id(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from map(id, node.values)
        elif isinstance(node, ast.Assign) and words & set(map(_name, node.targets)):
            yield id(node.value)
        elif isinstance(node, ast.Call) and _name(node.func) in KEYWORDS | dict.fromkeys(
            _UNTRANSLATED_CALLS
        ):
            for argument in node.args:
                yield from map(id, ast.walk(argument))
        elif isinstance(node, ast.Assert) and node.msg is not None:
            yield from map(id, ast.walk(node.msg))
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            yield from map(id, ast.walk(node.annotation))
        elif isinstance(node, ast.FunctionDef) and node.returns is not None:
            yield from map(id, ast.walk(node.returns))


def _split(tree: ast.Module) -> Iterator[str]:
    """Yield the constants that are split at spaces: lists of words that the program compares."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("split", "splitlines"):
            yield _name(node.value)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
