"""Markdown laid out piece by piece: headings, paragraphs, lists, quotes, code, tables.

`source` cuts the text, `inline` styles the text within a line, `table` fits columns, `wrap` breaks
lines; other packages use `text`. Every word of the source is in some line: what is not formatted is
shown as written.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice, pairwise

from reader.ui.prose.added import TOO_DEEP, TOO_DENSE, TOO_LONG
from reader.ui.prose.blocks import Block, Kind
from reader.ui.prose.headings import Heading, headings
from reader.ui.prose.inline import (
    Link,
    References,
    defuse,
    inline_spans,
    is_too_dense,
    links,
    may_link,
    references,
)
from reader.ui.prose.sectioned_lines import Part
from reader.ui.prose.sections import Section, sections
from reader.ui.prose.source import Definitions, Piece, definitions, pieces, text_chunks
from reader.ui.prose.table import Grid, Row, fit, record
from reader.ui.prose.tree import DEEPEST
from reader.ui.prose.tree import Node as _Node
from reader.ui.prose.tree import alignment as _alignment
from reader.ui.prose.tree import is_loose as _is_loose
from reader.ui.prose.tree import parse as _parse
from reader.ui.prose.tree import take_task as _take_task
from reader.ui.prose.tree import tree as _tree
from reader.ui.prose.wrap import Frame, Line, Span, chop, width_of, wrap

MOST_LINKED = 200_000
"""Several times the longest known article; a longer text is taken for an attack."""

_BULLETS = "•◦▪"
_BAR = "▌ "
_CELL_EDGE = re.compile(r"(?<!\\)\|")


class Markdown:
    """A text to lay out. What is the same at any width is computed once."""

    def __init__(self, text: str) -> None:
        # Unsafe characters are replaced piece by piece: all at once, a long text would delay keys.
        self._text = text.replace("\r\n", "\n").replace("\r", "\n")
        found = definitions(self._text)
        urls = {defuse(label): defuse(url) for label, url in found.urls.items()}
        self._defined = Definitions(urls, found.end)
        self._known = references(urls)
        self._grids: dict[tuple[int, int], Grid | None] = {}
        """Columns of long tables, by offset and width."""

    def lines(self, width: int) -> Iterator[Line]:
        """Yield lines as `Prose.lines` does."""
        return _Layout(self._pieces(), self._known, max(1, width)).lines()

    def links(self) -> Iterator[Link]:
        """Yield the links in order, possibly repeated, then the definitions.

        After `MOST_LINKED` characters of blocks with links the rest is left out.
        """
        looked_at = 0
        for piece in self._pieces():
            if piece.plain or not may_link(piece.source, self._known):
                continue
            for token in _parse(piece.source):
                if token.type == "inline":
                    yield from links(inline_spans(token.content, (), self._known))
            looked_at += len(piece.source)
            if looked_at > MOST_LINKED:
                break
        for url in self._defined.urls.values():
            yield Link(url, url)

    def headings(self) -> Iterator[Heading]:
        """Yield the headings in order, as `headings.headings` does."""
        return headings(self._pieces(), self._known)

    def blocks(self, most: int) -> list[int]:
        """Return the offsets at which blocks begin, at most `most`."""
        found = text_chunks(self._text, self._defined, 0, len(self._text))
        return [chunk.start for chunk in islice(found, most)]

    @property
    def size(self) -> int:
        """Return the number of places of the text."""
        return len(self._text)

    def sections(self, width: int) -> Iterator[Part]:
        """Yield parts as `Prose.sections` does."""
        below = chain(sections(self._text, self._defined), [Section(len(self._text), True)])
        for section, following in pairwise(below):
            # The blank line above a section, if any, is laid out with it.
            first, end = section.start - section.gap, following.start
            yield Part(
                first,
                end - following.gap - first,
                partial(self._section, section, end, width),
                source=partial(self._source, section, end),
            )

    def _source(self, section: Section, end: int) -> str:
        """Return the text of a section below the head of the table that it continues."""
        head = section.block.head if section.block else ""
        return head + self._text[section.start : end]

    def _section(self, section: Section, end: int, width: int) -> Iterator[Line]:
        source = self._pieces(section.start, end, section.block)
        layout = _Layout(source, self._known, max(1, width))
        if section.start:
            layout.go_on_below(section, self._grid(section.block, width))
        return layout.lines()

    def _grid(self, block: Block | None, width: int) -> Grid | None:
        """Return the columns of a table that goes on here, as its first piece has them."""
        if block is None or block.kind is not Kind.TABLE or block.plain:
            return None
        key = block.start, width
        if key not in self._grids:
            layout = _Layout(islice(self._pieces(block.start), 1), self._known, max(1, width))
            self._grids[key] = layout.grid()
        return self._grids[key]

    def _pieces(
        self, start: int = 0, end: int | None = None, block: Block | None = None
    ) -> Iterator[Piece]:
        for piece in pieces(self._text, self._defined, start, end, block):
            safe = defuse(piece.source)
            yield piece if safe == piece.source else replace(piece, source=safe)


class _Layout:
    """One pass over a text at one width."""

    def __init__(self, source: Iterator[Piece], known: References, width: int) -> None:
        self._pieces = source
        self._known = known
        self._width = width
        self._last = -1
        self._stays_close = False
        """Whether the next block follows without a blank line."""
        # The piece that is laid out now:
        self._joined = False
        self._source: list[str] = []
        self._offsets: list[int] = []
        self._columns: tuple[int, ...] = ()
        self._number: int | None = None
        self._repeated = False
        # Carried over to a piece that continues this one:
        self._grid: Grid | None = None

    def go_on_below(self, section: Section, grid: Grid | None) -> None:
        """Begin as if everything above the section had been laid out."""
        self._last = section.start - 1 - section.gap
        self._stays_close = section.below_heading
        self._grid = grid

    def grid(self) -> Grid | None:
        """Lay all out, and return the columns of the table in it."""
        for _ in self.lines():
            pass
        return self._grid

    def lines(self) -> Iterator[Line]:
        for piece in self._pieces:
            frame = Frame(self._width)
            if piece.joined:
                yield from self._between(piece, frame)
            else:
                self._grid = None
                if self._last >= 0 and not self._stays_close:
                    yield self._blank(frame, piece.start)
            self._joined, self._columns, self._number = piece.joined, piece.columns, piece.number
            self._repeated = piece.repeated > 0
            self._source, self._offsets = piece.source.split("\n"), piece.offsets()
            yield from self._piece(piece, frame)

    def _between(self, piece: Piece, frame: Frame) -> Iterator[Line]:
        """Yield the blank lines at a cut."""
        for at in range(piece.start - piece.gap, piece.start):
            if piece.is_code:
                yield from self._code_line(frame, [], at)
            else:
                yield self._blank(frame, piece.start)

    def _piece(self, piece: Piece, frame: Frame) -> Iterator[Line]:
        if piece.plain:
            return self._as_written(frame, TOO_LONG)
        tokens = _parse(piece.source)
        if any(token.level >= DEEPEST - 1 for token in tokens):
            return self._as_written(frame, TOO_DEEP)
        return self._blocks(_tree(tokens), frame)

    def _line(self, frame: Frame, spans: Sequence[Span], at: int) -> Line:
        self._last = max(at, self._last + 1)
        return Line(frame.line(spans), self._last)

    def _blank(self, frame: Frame, before: int) -> Line:
        self._last = max(before - 1, self._last + 1)
        return Line(frame.blank(), self._last)

    def _at(self, node: _Node) -> int:
        """Return the offset of the block in the text."""
        return self._offsets[node.token.map[0]] if node.token.map else self._last + 1

    def _as_written(self, frame: Frame, reason: str) -> Iterator[Line]:
        self._stays_close = False
        if not self._joined:
            yield from self._note(frame, reason, self._offsets[0])
        for text, at in zip(self._source, self._offsets, strict=True):
            yield from self._words(frame, [Span(text.expandtabs(4), ("source",))], at)

    def _note(self, frame: Frame, reason: str, at: int) -> Iterator[Line]:
        yield from self._words(frame, [Span(f"! {reason}", (*frame.styles, "note"))], at)

    def _lines(self, frame: Frame, parts: Iterable[Sequence[Span]], at: int) -> Iterator[Line]:
        for spans in parts:
            yield self._line(frame, spans, at)

    def _words(self, frame: Frame, spans: Sequence[Span], at: int) -> Iterator[Line]:
        for offset, part in wrap(spans, frame.room):
            yield self._line(frame, part, at + offset)

    def _inline(self, frame: Frame, content: str, at: int, *styles: str) -> Iterator[Line]:
        if is_too_dense(content):
            yield from self._note(frame, TOO_DENSE, at)
        spans = inline_spans(content, (*frame.styles, *styles), self._known)
        yield from self._words(frame, spans, at)

    def _blocks(self, nodes: Sequence[_Node], frame: Frame) -> Iterator[Line]:
        """Yield blocks, a blank line between them except below a heading or in a tight item."""
        for number, node in enumerate(nodes):
            if number and not self._stays_close:
                yield self._blank(frame, self._at(node))
            yield from self._block(node, frame)
            self._stays_close = node.token.hidden or node.token.type == "heading_open"

    def _block(self, node: _Node, frame: Frame) -> Iterator[Line]:
        match node.token.type:
            case "paragraph_open":
                return self._inline(frame, node.content, self._at(node))
            case "heading_open":
                return self._heading(node, frame)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(node, frame)
            case "blockquote_open":
                return self._quote(node, frame.quote(_BAR))
            case "table_open":
                return self._table(node, frame)
            case "fence" | "code_block":
                return self._code(node, frame)
            case "hr":
                return self._break(node, frame)
        return self._html(node, frame)

    def _heading(self, node: _Node, frame: Frame) -> Iterator[Line]:
        return self._inline(frame, node.content, self._at(node), node.token.tag)

    def _list(self, node: _Node, frame: Frame) -> Iterator[Line]:
        ordered = node.token.type == "ordered_list_open"
        number = int(node.token.attrs.get("start", 1))
        if ordered and node.token.level == 0 and self._number is not None:
            number, self._number = self._number, None
        last = number + len(node.inner) - 1
        cells = len(str(last)) + 1 if ordered else 1
        loose = _is_loose(node)
        for item in node.inner:
            if loose and item is not node.inner[0]:
                yield self._blank(frame, self._at(item))
            bullet = _BULLETS[frame.lists % len(_BULLETS)]
            mark = f"{number}{item.token.markup}" if ordered else _take_task(item) or bullet
            yield from self._item(item, frame.item(f"{mark:>{cells}} "))
            number += 1

    def _item(self, item: _Node, frame: Frame) -> Iterator[Line]:
        yield from self._blocks(item.inner, frame)
        if not frame.has_begun:
            yield self._line(frame, [], self._at(item))

    def _quote(self, quote: _Node, frame: Frame) -> Iterator[Line]:
        yield from self._blocks(quote.inner, frame)
        if not frame.has_begun:
            yield self._line(frame, [], self._at(quote))

    def _code(self, node: _Node, frame: Frame) -> Iterator[Line]:
        at = self._at(node)
        text = node.token.content.removesuffix("\n")
        language = node.token.info.strip()
        if language and not self._goes_on(node):
            name = defuse(language.expandtabs(4))
            yield from self._code_line(frame, [("language", name)], at)
        lines = text.split("\n")
        for line, parts in zip(lines, _coloured(lines, language), strict=True):
            yield from self._code_line(frame, parts, at)
            at += len(line) + 1

    def _code_line(self, frame: Frame, parts: Iterable[tuple[str, str]], at: int) -> Iterator[Line]:
        """Yield a line of code, shaded to the right edge; wrapped parts begin with an arrow.

        parts: the texts of the line, each after the name of its style, which may be empty.
        """
        styles = (*frame.styles, "block")
        spans = [Span(text, (*styles, style) if style else styles) for style, text in parts]
        room = max(1, frame.room - 2)
        for offset, part in chop(spans, room):
            padding = Span(" " * max(0, room - width_of(part)), styles)
            mark = Span("↪ " if offset else "▏ ", (*styles, "edge"))
            yield self._line(frame, [mark, *part, padding], at + offset)

    def _goes_on(self, node: _Node) -> bool:
        """Return whether the node continues a table or fence whose head is laid out already."""
        goes_on = self._repeated and node.token.level == 0
        self._repeated = self._repeated and not goes_on
        return goes_on

    def _html(self, node: _Node, frame: Frame) -> Iterator[Line]:
        at = self._at(node)
        for line in node.token.content.removesuffix("\n").split("\n"):
            yield from self._words(frame, [Span(line.expandtabs(4), (*frame.styles, "html"))], at)
            at += len(line) + 1

    def _break(self, node: _Node, frame: Frame) -> Iterator[Line]:
        mark = "·  ·  ·"[: frame.room]
        before = " " * ((frame.room - len(mark)) // 2)
        yield self._line(frame, [Span(before + mark, (*frame.styles, "rule"))], self._at(node))

    def _table(self, node: _Node, frame: Frame) -> Iterator[Line]:
        goes_on = self._goes_on(node)
        first, *rest = (row for part in node.inner for row in part.inner)
        head = self._cells(first, frame, "head")
        body = [self._cells(row, frame) for row in rest]
        places = [self._at(row) for row in rest]
        grid = self._grid
        if not goes_on:
            sides = [_alignment(cell) for cell in first.inner]
            grid = fit([head, *body], sides, frame.styles, frame.room, self._columns)
        if not self._joined:
            self._grid = grid
        if not grid:
            yield from self._records(frame, head, zip(places, body, strict=True), goes_on)
            return
        if not goes_on:
            yield from self._lines(frame, grid.head(head), self._at(node))
        for at, row in zip(places, body, strict=True):
            yield from self._lines(frame, grid.row(row), at)

    def _records(
        self, frame: Frame, head: Row, rows: Iterable[tuple[int, Row]], goes_on: bool
    ) -> Iterator[Line]:
        is_first = not goes_on
        for at, row in rows:
            if not is_first:
                yield self._blank(frame, at)
            yield from self._lines(frame, record(head, row, frame.room, frame.styles), at)
            is_first = False
        if is_first:
            empty: Row = [() for _ in head]
            yield from self._lines(frame, record(head, empty, frame.room, frame.styles), 0)

    def _cells(self, row: _Node, frame: Frame, *style: str) -> Row:
        styles = (*frame.styles, *style)
        contents = [cell.content for cell in row.inner]
        if surplus := self._surplus(row):
            contents[-1] += f" | {surplus}"
        return [inline_spans(content, styles, self._known) for content in contents]

    def _surplus(self, row: _Node) -> str:
        """Return the text of cells beyond the last column, which Markdown would drop."""
        if row.token.level != 2 or not row.token.map:
            return ""
        cells = _CELL_EDGE.split(self._source[row.token.map[0]].strip())
        if cells and not cells[0]:
            cells.pop(0)
        return " | ".join(cells[len(row.inner) :]).strip(" |")


def _coloured(lines: Sequence[str], language: str) -> Sequence[Sequence[tuple[str, str]]]:
    """Return the parts of each line of code with the names of their styles, tabs as spaces."""
    plain = [line.expandtabs(4) for line in lines]
    if language:
        from reader.ui.prose.code import coloured

        if (found := coloured("\n".join(plain), language)) is not None:
            return found
    return [[("", line)] for line in plain]
