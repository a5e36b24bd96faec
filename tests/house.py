"""Count what the plan of the code keeps at zero, and name each fault:

    python -m tests.house

Prints modules over 400 lines, folders of more than 25 modules, import circles, imports that run
upward, modules without a docstring, docstrings and comments with words of `RIDDLES`, names with a
word of `PERSONS`, and each `type: ignore` without a reason. Exit code 1 if anything is found. Other
faults of docstrings are up to ruff.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import grimp

PACKAGE = Path(__file__).parents[1] / "reader"

MOST_LINES = 400
MOST_MODULES = 25

RIDDLES = re.compile(
    r"\b(nobody|somebody|anybody|whoever|whomever|wherefrom|affairs?|business|anew|seldom|"
    r"(?<!there )(?:is|are) no(?! (?:longer|more)\b)|"
    r"(?<!/)he\b(?!/)|his|him|of which|of whom|some day|what it takes|"
    r"(?:set|put|sets|puts) (?:\w+ )?right|for good|in no time|takes no time|meets with)\b",
    re.IGNORECASE,
)
"""Words of sentences that have to be translated before they can be understood."""


PERSONS = {
    *("nobody", "somebody", "anybody", "everybody", "someone", "anyone", "everyone"),
    *("who", "whom", "whoever"),
}
"""Words of names that should name the thing."""

IGNORE = re.compile(r"#\s*type: ignore(\[[\w,-]+\])?")


class Fault(NamedTuple):
    """A place that does not keep the plan."""

    where: str
    what: str


def long_modules() -> Iterator[Fault]:
    """Yield modules of more than 400 lines."""
    for path in _files():
        lines = len(path.read_text("utf-8").splitlines())
        if lines > MOST_LINES:
            yield Fault(_shown(path), f"{lines} lines")


def crowded_folders() -> Iterator[Fault]:
    """Yield folders of more than 25 modules."""
    for folder in sorted({path.parent for path in _files()}):
        count = len([path for path in folder.glob("*.py") if path.name != "__init__.py"])
        if count > MOST_MODULES:
            yield Fault(_shown(folder), f"{count} modules")


def circles() -> Iterator[Fault]:
    """Yield modules that import each other, directly or by way of others."""
    graph = _imports()
    edges = {
        module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules
    }
    for circle in _circles(edges):
        yield Fault(" -> ".join(circle), "import each other")


def upward_imports() -> Iterator[Fault]:
    """Yield neighbours in a folder that import each other, taken with all that is below them.

    Without such a pair every folder is a stack of floors, and every import runs down.
    """
    graph = _imports()
    for package in sorted(module for module in graph.modules if graph.find_children(module)):
        edges: dict[str, set[str]] = {child: set() for child in graph.find_children(package)}
        for child in edges:
            below = {child} | graph.find_descendants(child)
            for module in below:
                for imported in graph.find_modules_directly_imported_by(module):
                    other = _child(package, imported)
                    if other in edges and other != child:
                        edges[child].add(other)
        for circle in _circles(edges):
            yield Fault(package, " <-> ".join(circle))


def odd_docstrings() -> Iterator[Fault]:
    """Yield docstrings and comments with words of riddles, and modules without a docstring."""
    for path in _files():
        source = path.read_text("utf-8")
        tree = ast.parse(source)
        for number, line in sorted((*_comments(source), *_docstring_lines(tree))):
            if found := RIDDLES.search(line):
                yield Fault(f"{_shown(path)}:{number}", found[0])
        if not ast.get_docstring(tree) and tree.body:
            yield Fault(_shown(path), "no docstring")


def odd_names() -> Iterator[Fault]:
    """Yield names of functions, classes, parameters and variables with a word for a person."""
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = _name_given(node)
            if name and PERSONS.intersection(_words(name)):
                yield Fault(f"{_shown(path)}:{getattr(node, 'lineno', 0)}", name)


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall("[A-Z]?[a-z]+", name)]


def _name_given(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    return node.arg if isinstance(node, ast.arg) else ""


def unexplained_ignores() -> Iterator[Fault]:
    """Yield each `type: ignore` without a reason behind it or in a comment on the line before."""
    for path in _files():
        source = path.read_text("utf-8")
        lines = source.splitlines()
        for number, comment in _comments(source):
            before = lines[number - 2].strip() if number > 1 else ""
            is_explained = before.startswith("#") or IGNORE.sub("", comment).strip("# ")
            if IGNORE.search(comment) and not is_explained:
                yield Fault(f"{_shown(path)}:{number}", comment)


CHECKS = (
    *(long_modules, crowded_folders, circles, upward_imports),
    *(odd_docstrings, odd_names, unexplained_ignores),
)


def floors() -> int:
    """Return the number of layers of sub-packages: each is one above all that it imports."""
    graph = _imports()
    for module in list(graph.modules):
        if module.count(".") == 1 and graph.find_children(module):
            graph.squash_module(module)
    heights: dict[str, int] = {}

    def height(room: str) -> int:
        if room not in heights:
            heights[room] = 0  # of a circle
            below = graph.find_modules_directly_imported_by(room)
            heights[room] = 1 + max(map(height, below), default=0)
        return heights[room]

    return max(height(room) for room in graph.modules if room != PACKAGE.name)


def main() -> int:
    """Print every fault and the number of each kind."""
    total = 0
    for check in CHECKS:
        found = list(check())
        for fault in found:
            print(f"  {fault.where}: {fault.what}")
        print(f"{check.__name__.replace('_', ' ')}: {len(found)}")
        total += len(found)
    rooms = [path for path in PACKAGE.iterdir() if _is_room(path)]
    print(f"{len(rooms)} rooms on {floors()} floors")
    return 1 if total else 0


def _is_room(path: Path) -> bool:
    if path.is_dir():
        return (path / "__init__.py").exists()
    return path.suffix == ".py" and not path.stem.startswith("__")


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _docstring_lines(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the lines of all texts that are statements: docstrings, also of attributes."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
            continue
        if isinstance(text := node.value.value, str):
            yield from enumerate(text.splitlines(), node.lineno)


def _files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _shown(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


def _imports() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE.name)


def _child(package: str, module: str) -> str:
    """Return the module directly in the package that the module is, or is below."""
    depth = package.count(".") + 2
    return ".".join(module.split(".")[:depth]) if module.startswith(f"{package}.") else ""


def _circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected parts of more than one member (Tarjan), sorted."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            part = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(part) > 1:
                found.append(sorted(part))

    sys.setrecursionlimit(10_000)
    for node in sorted(edges):
        if node not in index:
            visit(node)
    return sorted(found)


if __name__ == "__main__":
    sys.exit(main())
