"""The tree of a piece of HTML to Markdown: what each element says, by itself and by its layout.

One walk without recursion. How Markdown says it is `markdown_inline`'s and `markdown_blocks`'s.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from reader.formats.html_addresses import (
    Attributes,
    link_address,
    told_address,
    web_address,
)
from reader.formats.html_elements import (
    BLOCKS,
    DROPPED,
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
from reader.formats.html_media import (
    drawing,
    embedded,
    film,
    frame,
    image,
    noscript,
    picture,
    source,
    thing,
)
from reader.formats.html_paragraph import Paragraph, Space, ends_with_break
from reader.formats.html_source import mended, names
from reader.formats.html_table import MOST_SPANNED, Cell, lines_of
from reader.formats.markdown_blocks import Blocks, List
from reader.formats.markdown_escape import heading
from reader.formats.markdown_inline import (
    PLAIN,
    Kind,
    Style,
    emphasised,
    inline,
    linked,
    strengthened,
)
from reader.formats.small_signs import lowered, numerator, raised
from reader.text import clean

_WITHOUT_EVENTS = 1
"""Of lexbor's options: nothing is copied while the tree is built."""

_MOST_NODES = 200_000
"""Elements and texts that are looked at; a parser may make more of them than the source has."""

_MOST_WITHIN = 2
"""Documents in attributes of one another."""

_SPACE = re.compile(r"[ \t\n\f\r]{2,}|[\t\n\f\r]")
"""What a browser makes one space of, and is not one."""

_DRAWN = names("button canvas select svg textarea")
"""What takes room on the page though it is dropped: the words beside it are two."""

_INLINE = names(
    """abbr acronym b bdi bdo big blink cite data dfn em font i mark nobr output rb ruby span strong
    time tt u var wbr rp rtc math semantics mrow mi mn mo ms mtext mstyle mpadded"""
)
_PROSE = "p,ul,ol,table,h1,h2,h3,h4,h5,h6,img,blockquote,iframe,video"
_DISPLAYED_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.I)
_STRUCK = re.compile(r"text-decoration[^;]*line-through", re.I)
_RAISED = re.compile(r"vertical-align\s*:\s*(super|sub|text-top)", re.I)
_BASE = re.compile(r"<base\s", re.IGNORECASE)
_NOTE_ADDRESS = re.compile(r"#_?(?:fn|ftn|foot|edn|end|note|cite|ref)", re.I)
_NOTE = re.compile(
    r"[\[(]?([0-9]{1,3}|[a-zA-Z]|[ivxIVX]{2,5}|[*†‡§¶]{1,3})[\])]?|\[[^\[\]]{1,60}\]"
)

_Handler = Callable[["Reading", LexborNode], Leave | None]


@dataclass(slots=True, eq=False)
class _OpenList:
    """A list of the source, its items counted."""

    list: List
    labels: Iterator[str]
    has_items: bool = False


@dataclass(slots=True, eq=False)
class _Table:
    """A table of data; `rows` is None where its cells are laid out one after the other."""

    rows: list[list[Cell]] | None = None
    has_head: bool = False


class Read(NamedTuple):
    markdown: str
    image: str
    """Address of the first image, empty where there is none."""


def read(html: str, base: str) -> Read:
    """Return the Markdown of mended HTML, not cleaned. base: of relative addresses."""
    tree = LexborHTMLParser(f"<!doctype html><body>{html}", options=_WITHOUT_EVENTS)
    reading = Reading(base, len(html))
    if tree.body is not None:
        if _BASE.search(html) and (element := tree.css_first("base[href]")) is not None:
            reading.base = web_address(element.attributes["href"], base) or base
        reading.walk(tree.body)
    return Read(reading.blocks.text(), reading.image)


class Reading:
    def __init__(self, base: str, size: int) -> None:
        self.base = base
        self.blocks = Blocks(size)
        self.image = ""
        self._left_for_addresses = 2 * size + 2000
        self.paragraph = Paragraph()
        self.style = PLAIN
        self._on_one_line = 0
        """Cells and headings that are open: no block begins in them."""
        self._keeps_lines = 0
        self._lists: list[_OpenList | None] = []
        """Lists that are open, and None for each item."""
        self._labelled = (-1, 0)
        """Where the text of an item begins whose label is written as text."""
        self._loose_items = List()
        """Of items without a list."""
        self._tables: list[_Table] = []
        self.pictures: set[str] = set()
        self.within_noscript = 0
        self._within = 0
        """Documents that are open, in one another."""
        self._is_note = 0
        """Links to notes that are open."""
        self._roles: dict[int, str] = {}
        """Of elements of mathematics: what their place says."""

    def walk(self, root: LexborNode) -> None:
        path: list[tuple[LexborNode, Style, Leave | None]] = []
        node = root.first_child
        left = _MOST_NODES
        while node is not None or path:
            if node is None:
                node, self.style, leave = path.pop()
                if leave is not None:
                    leave()
                node = node.next
                continue
            left -= 1
            tag = node.tag or ""
            if tag == "-text":
                text = node.text_content or ""
                if self._keeps_lines:
                    self._lines(text)
                else:
                    self._add(text)
            elif tag in DROPPED:
                self._leave_out(node, tag)
            elif left > 0 and tag[:1].isalpha():
                style = self.style
                leave = self._enter(node, tag)
                if leave is not skip:
                    path.append((node, style, leave))
                    node = node.first_child
                    continue
                self.style = style
            node = node.next
        self.end_block()

    def _leave_out(self, node: LexborNode, tag: str) -> None:
        if tag in _DRAWN:
            self.keep_apart()
        if tag == "svg":
            drawing(self, node)

    def _lines(self, text: str) -> None:
        first, *rest = text.split("\n")
        self._add(first)
        for line in rest:
            self._end_line()
            self._add(line)

    def _add(self, text: str) -> None:
        # Cleaned before it is escaped: what goes may have stood between two signs of Markdown.
        if not (text.isascii() and text.isprintable()):
            text = clean(text)
            if "\xad" in text:
                text = text.replace("\xad", "")
        self.paragraph.add(_SPACE.sub(" ", text), self.style)

    def _enter(self, node: LexborNode, tag: str) -> Leave | None:
        if self._roles and (role := self._roles.pop(node.mem_id, "")):
            return self._play(role)
        if handler := _HANDLERS.get(tag):
            return handler(self, node)
        if tag in BLOCKS:
            if tag not in ("div", "p") or self.paragraph.mark != self._labelled:
                self.end_block()
            return self._block_with_lines(node) if tag in ("div", "p") else self.end_block
        if tag in _INLINE:
            return None
        if "-" in tag and (leave := embedded(self, node, tag)):
            return leave
        self.keep_apart()
        return self.keep_apart

    def read_within(self, html: str) -> None:
        """Read a document that stands in an attribute of this one."""
        if self._within >= _MOST_WITHIN or (fit := mended(html)) is None:
            return
        tree = LexborHTMLParser(f"<!doctype html><body>{fit}", options=_WITHOUT_EVENTS)
        if tree.body is not None:
            style, self.style = self.style, PLAIN
            self._within += 1
            self.walk(tree.body)
            self._within -= 1
            self.style = style

    # Blocks.

    def end_block(self) -> None:
        if self._on_one_line:
            self.paragraph.keep_apart(Space.ALWAYS)
        elif self.paragraph.runs and (markdown := inline(self.paragraph.take())):
            self.blocks.add(markdown.split("\n"))

    def _block_with_lines(self, node: LexborNode) -> Leave:
        if "white-space" not in (node.attributes.get("style") or ""):
            return self.end_block
        return self._with_lines()

    def _with_lines(self) -> Leave:
        self._keeps_lines += 1

        def leave() -> None:
            self._keeps_lines -= 1
            self.end_block()

        return leave

    def _end_line(self) -> None:
        """End a line; two in a row end the paragraph."""
        if self._on_one_line:
            self.paragraph.keep_apart(Space.ALWAYS)
        elif self.paragraph.last == "\n":
            self.end_block()
        elif self.paragraph.runs:
            if self.paragraph.last == " " and ends_with_break(self.paragraph.runs):
                self.end_block()
            else:
                self.paragraph.end_line()

    def keep_apart(self) -> None:
        self.paragraph.keep_apart(Space.WORDS)

    def br(self, _: LexborNode) -> Leave:
        self._end_line()
        return skip

    def hr(self, _: LexborNode) -> Leave:
        self.end_block()
        if not self._on_one_line:
            self.blocks.add(["___" if self.blocks.is_in_item else "---"], is_paragraph=False)
        return skip

    def heading(self, node: LexborNode) -> Leave:
        self.end_block()
        if self._on_one_line:
            return self.end_block
        self._on_one_line += 1
        return partial(self._end_heading, int((node.tag or "h1")[1]))

    def _end_heading(self, level: int) -> None:
        self._on_one_line -= 1
        text = inline(self.paragraph.take(), in_heading=True)
        if text:
            self.blocks.add([f"{'#' * level} {heading(text)}"], is_paragraph=False)

    def quote(self, _: LexborNode) -> Leave:
        self.end_block()
        if self._on_one_line:
            return self.end_block
        self.blocks.open_quote()
        return self._close

    def _close(self) -> None:
        self.end_block()
        self.blocks.close()

    def pre(self, node: LexborNode) -> Leave:
        self.end_block()
        if node.css_first(_PROSE) is not None:
            return self._with_lines()
        lines = clean(preformatted(node)).split("\n")
        if self._on_one_line:
            for line in lines:
                self.paragraph.keep_apart(Space.ALWAYS)
                self.paragraph.add(_SPACE.sub(" ", line).strip(), Style(code=True))
            self.paragraph.keep_apart(Space.ALWAYS)
            return skip
        while lines and not lines[-1].strip():
            lines.pop()
        while lines and not lines[0].strip():
            del lines[0]
        if lines:
            fence = "`" * max(3, 1 + max(longest_run(line) for line in lines))
            self.blocks.add([fence, *lines, fence], is_paragraph=False)
        return skip

    # Lists.

    def a_list(self, node: LexborNode) -> Leave:
        self.end_block()
        if self._on_one_line:
            return self.end_block
        of, labels = numbered(node) if node.tag == "ol" else (List(), iter(()))
        above = self._lists[-1] if self._lists else None
        within_last_item = above is not None and above.has_items
        if within_last_item:
            self.blocks.open_indent()
        self._lists.append(_OpenList(of, labels))
        return partial(self._end_list, within_last_item)

    def _end_list(self, within_last_item: bool) -> None:
        self.end_block()
        self._lists.pop()
        if within_last_item:
            self.blocks.close()

    def item(self, _: LexborNode) -> Leave:
        self.end_block()
        if self._on_one_line:
            return self.end_block
        above = self._lists[-1] if self._lists else None
        if above is None:
            self.blocks.open_item(self._loose_items)
        else:
            above.has_items = True
            label = next(above.labels, "")
            counts = is_number(label)
            self.blocks.open_item(above.list, label if counts else "")
            if label and not counts:
                self.paragraph.add(f"{label} ", PLAIN)
                self._labelled = self.paragraph.mark
        self._lists.append(None)
        return self._end_item

    def _end_item(self) -> None:
        self._lists.pop()
        self._close()

    # Tables.

    def table(self, node: LexborNode) -> Leave:
        self.end_block()
        table = _Table()
        if not self._on_one_line and is_data(node):
            table.rows = []
        self._tables.append(table)
        return self._end_table

    def _end_table(self) -> None:
        self.end_block()
        table = self._tables.pop()
        if table.rows and (lines := lines_of(table.rows, has_head=table.has_head)):
            self.blocks.add(lines, is_paragraph=False)

    def row(self, node: LexborNode) -> Leave:
        self.end_block()
        if not self._on_one_line and self._tables:
            table = self._tables[-1]
            if table.rows is not None:
                if not table.rows:
                    table.has_head = is_head(node)
                table.rows.append([])
        return self.end_block

    def cell(self, node: LexborNode) -> Leave:
        self.end_block()
        if self._on_one_line or not self._tables or not self._tables[-1].rows:
            return self.end_block
        self._on_one_line += 1
        return partial(self._end_cell, node.attributes, self._tables[-1].rows[-1])

    def _end_cell(self, attributes: Attributes, row: list[Cell]) -> None:
        self._on_one_line -= 1
        text = inline(self.paragraph.take(), in_cell=True)
        columns = whole(attributes.get("colspan"), 1)
        rows = whole(attributes.get("rowspan"), 1)
        row.append(Cell(text, max(1, min(columns, MOST_SPANNED)), max(0, rows)))

    # Within a line.

    def strong(self, _: LexborNode) -> None:
        self.style = strengthened(self.style)

    def em(self, _: LexborNode) -> None:
        self.style = emphasised(self.style)

    def code(self, _: LexborNode) -> None:
        self.style = self.style._replace(code=True)

    def struck(self, _: LexborNode) -> Leave:
        self.keep_apart()
        self.style = self.style._replace(strike=True)
        return self.keep_apart

    def apart(self, _: LexborNode) -> Leave:
        self.keep_apart()
        return self.keep_apart

    def small(self, _: LexborNode) -> Leave:
        """Keep digits apart: `19<small>99</small>` is a price with cents."""
        self.paragraph.keep_apart(Space.DIGITS)
        return partial(self.paragraph.keep_apart, Space.DIGITS)

    def span(self, node: LexborNode) -> Leave | None:
        attributes = node.attributes
        if "katex-html" in (attributes.get("class") or "") and node.prev is not None:
            return skip  # the same formula once more, drawn
        style = attributes.get("style") or ""
        if not style:
            return None
        if aligned := _RAISED.search(style):
            return self._small(node, lowered if aligned[1].lower() == "sub" else raised)
        if _STRUCK.search(style):
            return self.struck(node)
        if _DISPLAYED_AS_BLOCK.search(style):
            self.end_block()
            return self.end_block
        return None

    def superscript(self, node: LexborNode) -> Leave:
        return self._small(node, numerator if _is_numerator(node) else raised)

    def subscript(self, node: LexborNode) -> Leave:
        return self._small(node, lowered)

    def _small(self, node: LexborNode, signs: Callable[[str, str], str]) -> Leave:
        mark = self.paragraph.mark
        is_note = self._is_note > 0 or node.css_first("a") is not None
        return partial(self._end_small, mark, signs, is_note)

    def _end_small(
        self, mark: tuple[int, int], signs: Callable[[str, str], str], is_note: bool
    ) -> None:
        text = self.paragraph.text_since(mark).strip()
        runs = self.paragraph.runs
        if not text or any(run.kind is not Kind.TEXT for run in runs[mark[1] :]):
            self.keep_apart()
            return
        style = runs[mark[1]].style
        is_note = is_note or text[0] == "["
        if is_note and _NOTE.fullmatch(text):
            self._put_note(mark)
            return
        del runs[mark[1] :]
        self.paragraph.add(signs(text, self.paragraph.last), style)

    def _put_note(self, mark: tuple[int, int]) -> None:
        """Write a footnote mark in brackets, so that it is not read as an exponent."""
        text = self.paragraph.text_since(mark).strip()
        runs = self.paragraph.runs
        if mark[0] != self.paragraph.number or not _NOTE.fullmatch(text):
            return
        href = runs[mark[1]].style.href
        style = self.style._replace(href="" if "#" in href else href, code=False)
        del runs[mark[1] :]
        before = "" if self.paragraph.last in ("", " ", "\n") else " "
        self.paragraph.add(f"{before}[{text.strip('[]()')}]", style)
        self.keep_apart()

    def quotation(self, _: LexborNode) -> Leave:
        self.paragraph.add("“", self.style)
        return partial(self.paragraph.add, "”", self.style)

    def reading_aid(self, node: LexborNode) -> Leave | None:
        """Write ruby text in brackets, unless the page has brackets."""
        if node.prev is not None and node.prev.tag == "rp":
            return None
        self.paragraph.add("(", self.style)
        return partial(self.paragraph.add, ")", self.style)

    def link(self, node: LexborNode) -> Leave | None:
        attributes = node.attributes
        href = attributes.get("href")
        mark = self.paragraph.mark
        if href and "#" in href and _NOTE_ADDRESS.search(href):
            self._is_note += 1
            self.style = self.style._replace(href=self.afford(link_address(attributes, self.base)))
            return partial(self._end_note, mark)
        address = self.afford(link_address(attributes, self.base))
        if address:
            if self.paragraph.ends_with_link:
                self.keep_apart()
            self.style = linked(self.style, address)
            return None
        if told := self.afford(told_address(href)):
            return partial(self._tell, told, mark)
        return None

    def _end_note(self, mark: tuple[int, int]) -> None:
        self._is_note -= 1
        self._put_note(mark)

    def _tell(self, address: str, mark: tuple[int, int]) -> None:
        """Write an address that is not a web address as text."""
        label = self.paragraph.text_since(mark)
        if address not in label:
            shown = f" ({address})" if label.strip() else address
            self.paragraph.add(shown, self.style)

    def afford(self, address: str) -> str:
        """Return the address; empty once addresses are far longer than the source."""
        self._left_for_addresses -= len(address)
        return address if self._left_for_addresses >= 0 else ""

    def field(self, node: LexborNode) -> Leave:
        """Write a check box; other inputs have no text."""
        attributes = node.attributes
        if (attributes.get("type") or "").lower() == "checkbox":
            self.paragraph.add("☑ " if "checked" in attributes else "☐ ", PLAIN)
        return skip

    # Mathematics.

    def mathematics(self, node: LexborNode) -> None:
        """Give each child of a MathML element the role of its position."""
        roles = _ROLES[node.tag or ""]
        children = [each for each in node.iter() if each.tag != "-text"]
        for child, role in zip(children, roles, strict=False):
            if role:
                self._roles[child.mem_id] = role

    def root(self, _: LexborNode) -> Leave:
        self.paragraph.add("√(", self.style)
        return partial(self.paragraph.add, ")", self.style)

    def _play(self, role: str) -> Leave:
        mark = self.paragraph.mark
        if role in ("up", "down"):
            return partial(self._end_small, mark, raised if role == "up" else lowered, False)
        self.paragraph.add("(" if role == "over" else "/(", self.style)
        return partial(self.paragraph.add, ")", self.style)


def _is_numerator(node: LexborNode) -> bool:
    """Whether a fraction bar and a subscript follow a superscript."""
    bar = node.next
    if bar is None or bar.tag != "-text" or (bar.text_content or "").strip() not in ("/", "⁄"):
        return False
    return bar.next is not None and bar.next.tag == "sub"


_ROLES = {
    "msup": ("", "up"),
    "msub": ("", "down"),
    "msubsup": ("", "down", "up"),
    "munder": ("", "down"),
    "mover": ("", "up"),
    "munderover": ("", "down", "up"),
    "mfrac": ("over", "under"),
}


_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys(("b", "strong"), Reading.strong),
    **dict.fromkeys(("i", "em"), Reading.em),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), Reading.code),
    **dict.fromkeys(("del", "s", "strike"), Reading.struck),
    **dict.fromkeys(("ins", "label"), Reading.apart),
    **dict.fromkeys((f"h{level}" for level in range(1, 7)), Reading.heading),
    **dict.fromkeys(("ul", "ol", "menu", "dir", "dl"), Reading.a_list),
    **dict.fromkeys(("li", "dd"), Reading.item),
    **dict.fromkeys(("td", "th"), Reading.cell),
    **dict.fromkeys(("pre", "listing", "xmp"), Reading.pre),
    **dict.fromkeys(("iframe", "embed", "amp-iframe"), frame),
    **dict.fromkeys(("video", "audio", "amp-video", "amp-audio"), film),
    **dict.fromkeys(("img", "amp-img"), image),
    **dict.fromkeys(("span", "font"), Reading.span),
    **dict.fromkeys(_ROLES, Reading.mathematics),
    "a": Reading.link,
    "blockquote": Reading.quote,
    "br": Reading.br,
    "hr": Reading.hr,
    "input": Reading.field,
    "msqrt": Reading.root,
    "noscript": noscript,
    "object": thing,
    "picture": picture,
    "q": Reading.quotation,
    "rt": Reading.reading_aid,
    "small": Reading.small,
    "source": source,
    "sub": Reading.subscript,
    "sup": Reading.superscript,
    "table": Reading.table,
    "tr": Reading.row,
}
