"""Parse a piece of Markdown into a tree of blocks."""

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from reader.ui.prose.parser import parser_class

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

DEEPEST = 30
"""Levels of blocks within blocks that are formatted; a list counts as two."""

_TASK = re.compile(r"\[([ xX])\][ \t]+")


@cache
def _parser() -> "MarkdownIt":
    parser = parser_class()("commonmark", {"html": True, "maxNesting": DEEPEST})
    # Definitions were taken out of the whole text: a piece alone cannot know them.
    return parser.enable("table").disable("reference")


def parse(source: str) -> "list[Token]":
    """Return the block tokens of Markdown source."""
    parser = _parser()
    tokens: list[Token] = []
    parser.block.parse(source, parser, {}, tokens)
    return tokens


class Node(NamedTuple):
    """An opening token and the blocks within it."""

    token: "Token"
    inner: "list[Node]"

    @property
    def content(self) -> str:
        """Return the text of a paragraph, a heading or a cell."""
        return self.inner[0].token.content


def tree(tokens: "Iterable[Token]") -> list[Node]:
    """Return the blocks with their inner blocks, without closing tokens."""
    roots: list[Node] = []
    path = [roots]
    for token in tokens:
        if token.nesting < 0:
            path.pop()
            continue
        node = Node(token, [])
        path[-1].append(node)
        if token.nesting > 0:
            path.append(node.inner)
    return roots


def is_loose(a_list: Node) -> bool:
    """Return whether the list has blank lines between its items."""
    return any(
        block.token.type == "paragraph_open" and not block.token.hidden
        for item in a_list.inner
        for block in item.inner
    )


def take_task(item: Node) -> str:
    """Remove and return the box of a task, shown as its bullet; empty for other items."""
    if not item.inner or item.inner[0].token.type != "paragraph_open":
        return ""
    text = item.inner[0].inner[0].token
    if not (task := _TASK.match(text.content)):
        return ""
    text.content = text.content[task.end() :]
    return "☐" if task[1] == " " else "☑"


def alignment(cell: Node) -> str:
    """Return `left`, `center`, `right`, or empty."""
    return str(cell.token.attrs.get("style", "")).removeprefix("text-align:")
