"""Elements that make blocks: headings, quotes, code, lists, tables, breaks."""

from functools import partial

from selectolax.lexbor import LexborNode

from reader.formats.html.addresses import Attributes
from reader.formats.html.elements import (
    Leave,
    is_data,
    is_head,
    is_number,
    longest_run,
    numbered,
    preformatted,
    skip,
    whole,
)
from reader.formats.html.paragraph import WHITE_SPACE, Space
from reader.formats.html.reading import OpenList, Reading, Table
from reader.formats.html.table import MOST_SPANNED, Cell, lines_of
from reader.formats.markdown.blocks import List
from reader.formats.markdown.escape import heading as heading_text
from reader.formats.markdown.inline import inline
from reader.formats.markdown.styles import PLAIN, Style
from reader.text import clean

_PROSE = "p,ul,ol,table,h1,h2,h3,h4,h5,h6,img,blockquote,iframe,video"
"""Elements that show a `pre` to be layout rather than code."""


def br(reading: Reading, _: LexborNode) -> Leave:
    """End the line."""
    reading.end_line()
    return skip


def hr(reading: Reading, _: LexborNode) -> Leave:
    """Write a thematic break."""
    reading.end_block()
    if not reading.on_one_line:
        reading.blocks.add(["___" if reading.blocks.is_in_item else "---"], is_paragraph=False)
    return skip


def heading(reading: Reading, node: LexborNode) -> Leave:
    """Begin a heading."""
    reading.end_block()
    if reading.on_one_line:
        return reading.end_block
    reading.on_one_line += 1
    return partial(_end_heading, reading, int((node.tag or "h1")[1]))


def _end_heading(reading: Reading, level: int) -> None:
    reading.on_one_line -= 1
    text = inline(reading.paragraph.take(), in_heading=True)
    if text:
        reading.blocks.add([f"{'#' * level} {heading_text(text)}"], is_paragraph=False)


def quote(reading: Reading, _: LexborNode) -> Leave:
    """Begin a quote."""
    reading.end_block()
    if reading.on_one_line:
        return reading.end_block
    reading.blocks.open_quote()
    return reading.close


def pre(reading: Reading, node: LexborNode) -> Leave:
    """Write code; read a `pre` with other elements as text with line ends."""
    reading.end_block()
    if node.css_first(_PROSE) is not None:
        return reading.with_lines()
    lines = clean(preformatted(node)).split("\n")
    if reading.on_one_line:
        for line in lines:
            reading.paragraph.keep_apart(Space.ALWAYS)
            reading.paragraph.add(WHITE_SPACE.sub(" ", line).strip(), Style(code=True))
        reading.paragraph.keep_apart(Space.ALWAYS)
        return skip
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        del lines[0]
    if lines:
        fence = "`" * max(3, 1 + max(longest_run(line) for line in lines))
        reading.blocks.add([fence, *lines, fence], is_paragraph=False)
    return skip


# Lists.


def a_list(reading: Reading, node: LexborNode) -> Leave:
    """Begin a list; within another list, below its last item."""
    reading.end_block()
    if reading.on_one_line:
        return reading.end_block
    of, labels = numbered(node) if node.tag == "ol" else (List(), iter(()))
    above = reading.lists[-1] if reading.lists else None
    within_last_item = above is not None and above.has_items
    if within_last_item:
        reading.blocks.open_indent()
    reading.lists.append(OpenList(of, labels))
    return partial(_end_list, reading, within_last_item)


def _end_list(reading: Reading, within_last_item: bool) -> None:
    reading.end_block()
    reading.lists.pop()
    if within_last_item:
        reading.blocks.close()


def item(reading: Reading, _: LexborNode) -> Leave:
    """Begin an item."""
    reading.end_block()
    if reading.on_one_line:
        return reading.end_block
    above = reading.lists[-1] if reading.lists else None
    if above is None:
        reading.blocks.open_item(reading.loose_items)
    else:
        above.has_items = True
        label = next(above.labels, "")
        counts = is_number(label)
        reading.blocks.open_item(above.list, label if counts else "")
        if label and not counts:
            reading.paragraph.add(f"{label} ", PLAIN)
            reading.labelled = reading.paragraph.mark
    reading.lists.append(None)
    return partial(_end_item, reading)


def _end_item(reading: Reading) -> None:
    reading.lists.pop()
    reading.close()


# Tables.


def table(reading: Reading, node: LexborNode) -> Leave:
    """Begin a table of data or of layout."""
    reading.end_block()
    table = Table()
    if not reading.on_one_line and is_data(node):
        table.rows = []
    reading.tables.append(table)
    return partial(_end_table, reading)


def _end_table(reading: Reading) -> None:
    reading.end_block()
    table = reading.tables.pop()
    if table.rows and (lines := lines_of(table.rows, has_head=table.has_head)):
        reading.blocks.add(lines, is_paragraph=False)


def row(reading: Reading, node: LexborNode) -> Leave:
    """Begin a row."""
    reading.end_block()
    if not reading.on_one_line and reading.tables:
        table = reading.tables[-1]
        if table.rows is not None:
            if not table.rows:
                table.has_head = is_head(node)
            table.rows.append([])
    return reading.end_block


def cell(reading: Reading, node: LexborNode) -> Leave:
    """Begin a cell."""
    reading.end_block()
    if reading.on_one_line or not reading.tables or not reading.tables[-1].rows:
        return reading.end_block
    reading.on_one_line += 1
    return partial(_end_cell, reading, node.attributes, reading.tables[-1].rows[-1])


def _end_cell(reading: Reading, attributes: Attributes, row: list[Cell]) -> None:
    reading.on_one_line -= 1
    text = inline(reading.paragraph.take(), in_cell=True)
    columns = whole(attributes.get("colspan"), 1)
    rows = whole(attributes.get("rowspan"), 1)
    row.append(Cell(text, max(1, min(columns, MOST_SPANNED)), max(0, rows)))
