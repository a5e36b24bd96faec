"""The keys of every part of the screen, as Markdown, from the bindings of its classes."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from textual.binding import Binding

import reader.ui
from reader.ui.screen.key_names import key_names

PARTS = {
    "reader": "Anywhere on the main screen",
    "sidebar": "In the list",
    "reading": "In an open article",
    "briefing": "In the briefing",
    "search": "On the search line",
    "find": "In the line that finds words in an article",
    "tag_picker": "In the tag picker",
    "export": "In the box that exports",
    "views": "In the box of views",
    "save_view": "In the box that saves a view",
    "own_tags": "In the box of your own tags",
    "links": "In the box of links",
    "outline": "In the box of headings",
    "pick_list": "Moving in a box of links or headings",
    "confirm": "In a question",
    "related": "In the box of related articles",
    "sources": "In the box of sources",
    "mood": "In the mood",
    "help": "In the help, and moving in the box of sources",
    "app": "Everywhere",
}
"""First word of a binding's id to a heading, in the order of the page."""

_NUMBERED = re.compile(r"(.*[-_])(\d)$")


class Row(NamedTuple):
    keys: str
    does: str
    id: str


def keys() -> str:
    """Return a table for each part of the screen and each purpose."""
    every = list(_bindings())
    unknown = {_part(each) for each in every} - PARTS.keys()
    if unknown:
        raise ValueError(f"no heading for the keys of {', '.join(sorted(unknown))}")
    return "\n\n".join(
        text for part, title in PARTS.items() if (text := _section(part, title, every))
    )


def _bindings() -> Iterator[Binding]:
    """Yield what the classes of the screen bind themselves, module by module."""
    for module in pkgutil.walk_packages(reader.ui.__path__, "reader.ui."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and value.__module__ == module.name:
                for each in vars(value).get("BINDINGS", ()):
                    if isinstance(each, Binding) and each.id:
                        yield each


def _part(binding: Binding) -> str:
    return (binding.id or "").partition(".")[0]


def _section(part: str, title: str, every: Sequence[Binding]) -> str:
    of_part = [each for each in every if _part(each) == part]
    lines = [f"## {title}"] if of_part else []
    has_purposes = len(set(map(_purpose, of_part))) > 1
    for purpose, some in groupby(of_part, key=_purpose):
        if has_purposes:
            lines.append(f"### {purpose}")
        lines.append(_table(list(_rows(list(some)))))
    return "\n\n".join(lines)


def _purpose(binding: Binding) -> str:
    return binding.group.description if binding.group else ""


def _rows(bindings: Sequence[Binding]) -> Iterator[Row]:
    """Yield a row for each binding, one for all that differ in a number alone."""
    for stem, some in groupby(bindings, key=_stem):
        same = list(some)
        rows = [Row(_keys(each), each.tooltip or each.description, f"`{each.id}`") for each in same]
        if not stem:
            yield from rows
            continue
        first, last = rows[0], rows[-1]
        does = re.sub(r"^(\w+) 1\b|\b(\w+) 1$", _of_that_number, first.does)
        yield Row(f"{first.keys} … {last.keys}", does, f"{first.id} … {last.id}")


def _of_that_number(found: re.Match[str]) -> str:
    """`Tag 1` at the beginning, `link 1` at the end."""
    return (
        f"The {found[1].lower()} of that number" if found[1] else f"the {found[2]} of that number"
    )


def _stem(binding: Binding) -> str:
    found = _NUMBERED.match(binding.id or "")
    return found[1] if found else ""


def _keys(binding: Binding) -> str:
    return " ".join(f"`{key}`" for key in key_names(binding.key).split())


def _table(rows: Sequence[Row]) -> str:
    head = ["| keys | what they do | name in `[keys]` |", "|---|---|---|"]
    return "\n".join([*head, *(f"| {row.keys} | {row.does} | {row.id} |" for row in rows)])
