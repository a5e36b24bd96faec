"""State while HTML is read: the Markdown so far, and the open paragraph, lists and tables.

`walk` goes through the tree; what each element does is in `structure`, `inline`,
`mathematics` and `media`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from reader.formats.html.elements import Leave
from reader.formats.html.paragraph import Paragraph, Space, ends_with_break
from reader.formats.html.source import mended
from reader.formats.html.table import Cell
from reader.formats.markdown.blocks import Blocks, List
from reader.formats.markdown.inline import inline
from reader.formats.markdown.styles import PLAIN

_WITHOUT_EVENTS = 1
"""Option of lexbor: copy nothing while the tree is built."""

_MOST_WITHIN = 2
"""Documents nested in attributes of one another."""


def parsed(html: str) -> LexborHTMLParser:
    """Return the tree of mended HTML."""
    return LexborHTMLParser(f"<!doctype html><body>{html}", options=_WITHOUT_EVENTS)


@dataclass(slots=True, eq=False)
class OpenList:
    """A list of the source, and a label for each of its items that Markdown cannot number."""

    list: List
    labels: Iterator[str]
    has_items: bool = False


@dataclass(slots=True, eq=False)
class Table:
    """A table. `rows` is None for a table of layout, whose cells are read as blocks."""

    rows: list[list[Cell]] | None = None
    has_head: bool = False


class Reading:
    """One piece of HTML being read. walk: reads the tree below a node."""

    def __init__(self, base: str, size: int, walk: Callable[["Reading", LexborNode], None]) -> None:
        self.base = base
        self.blocks = Blocks(size)
        self.image = ""
        self.paragraph = Paragraph()
        self.style = PLAIN
        self.on_one_line = 0
        """Open cells and headings: no block begins in them."""
        self.keeps_lines = 0
        """Open elements whose line ends are kept."""
        self.lists: list[OpenList | None] = []
        """Open lists, and None for each open item."""
        self.labelled = (-1, 0)
        """Mark of an item's text after a label that is written as text."""
        self.loose_items = List()
        """The list of items that are outside of any list."""
        self.tables: list[Table] = []
        self.pictures: set[str] = set()
        self.within_noscript = 0
        self.open_notes = 0
        """Open links to footnotes."""
        self.roles: dict[int, str] = {}
        """Role of a MathML element by its id, from its position."""
        self._walk = walk
        self._within = 0
        self._left_for_addresses = 2 * size + 2000

    def read_within(self, html: str) -> None:
        """Read a document that is in an attribute of this one."""
        if self._within >= _MOST_WITHIN or (fit := mended(html)) is None:
            return
        tree = parsed(fit)
        if tree.body is not None:
            style, self.style = self.style, PLAIN
            self._within += 1
            self._walk(self, tree.body)
            self._within -= 1
            self.style = style

    def end_block(self) -> None:
        """End the paragraph; within a line keep what follows apart."""
        if self.on_one_line:
            self.paragraph.keep_apart(Space.ALWAYS)
        elif self.paragraph.runs and (markdown := inline(self.paragraph.take())):
            self.blocks.add(markdown.split("\n"))

    def close(self) -> None:
        """End the innermost quote, item or indent."""
        self.end_block()
        self.blocks.close()

    def with_lines(self) -> Leave:
        """Keep the line ends within an element; return what ends it."""
        self.keeps_lines += 1

        def leave() -> None:
            self.keeps_lines -= 1
            self.end_block()

        return leave

    def end_line(self) -> None:
        """End a line; two in a row end the paragraph."""
        if self.on_one_line:
            self.paragraph.keep_apart(Space.ALWAYS)
        elif self.paragraph.last == "\n":
            self.end_block()
        elif self.paragraph.runs:
            if self.paragraph.last == " " and ends_with_break(self.paragraph.runs):
                self.end_block()
            else:
                self.paragraph.end_line()

    def keep_apart(self) -> None:
        """Put a space before the next text if two words would be joined."""
        self.paragraph.keep_apart(Space.WORDS)

    def afford(self, address: str) -> str:
        """Return the address; empty once addresses are far longer than the source."""
        self._left_for_addresses -= len(address)
        return address if self._left_for_addresses >= 0 else ""
