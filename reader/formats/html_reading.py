"""The tree of a piece of HTML to Markdown: what each element says, by itself and by its layout.

One walk without recursion. How Markdown says it is `markdown_inline`'s and `markdown_blocks`'s.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from reader.formats.html_addresses import (
    Attributes,
    image_address,
    link_address,
    media_address,
    picture_key,
    set_address,
    told_address,
    web_address,
)
from reader.formats.html_source import names
from reader.formats.html_table import MOST_COLUMNS, Cell, lines_of
from reader.formats.markdown_blocks import Blocks, List
from reader.formats.markdown_inline import BREAK, PLAIN, Kind, Run, Style, heading, inline
from reader.formats.small_signs import lowered, raised
from reader.text import clean, clean_line

_WITHOUT_EVENTS = 1
"""Of lexbor's options: nothing is copied while the tree is built."""

_MOST_NODES = 200_000
"""Elements and texts that are looked at; a parser may make more of them than the source has."""

_SPACE = re.compile(r"[ \t\n\f\r]+")
_DROPPED = names(
    """applet area base button canvas col colgroup datalist frame frameset head link meta noembed
    noframes option optgroup param script select style svg template textarea title track annotation
    annotation-xml rtc map"""
)
_BLOCKS = names(
    """address article aside body caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form header hgroup html legend main marquee menu nav p search section summary
    tbody tfoot thead"""
)
_INLINE = names(
    """abbr acronym b bdi bdo big blink cite data dfn em font i mark nobr output rb ruby span strong
    time tt u var math semantics mrow mi mn mo ms mtext mstyle mpadded"""
)
_PROSE = "p,ul,ol,table,h1,h2,h3,h4,h5,h6,img,blockquote,iframe,video"
_LAYOUT = ",".join(
    f"{cell} {each}"
    for cell in ("td", "th")
    for each in ("table", "pre", "blockquote", "h1", "h2", "h3", "h4", "iframe", "video", "hr")
)
_DISPLAYED_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.I)
_STRUCK = re.compile(r"text-decoration[^;]*line-through", re.I)
_RAISED = re.compile(r"vertical-align\s*:\s*(super|sub|text-top)", re.I)
_OPENING = frozenset("([{“«‘„'\"/#@-–—")
_CLOSING = frozenset(".,;:!?)]}”»’'\"%…/-–—")
_NOTE_ADDRESS = re.compile(r"#_?(?:fn|ftn|foot|edn|end|note|cite|ref)", re.I)
_NOTE = re.compile(r"[\[(]?(\w{1,4}|[*†‡§¶]{1,3})[\])]?")
_INTEGER = re.compile(r"\s*([+-]?[0-9]{1,9})")
_MOST_LISTED = 999_999_999

Leave = Callable[[], object]
_Handler = Callable[["_Reading", LexborNode], Leave | None]


class _Space(IntEnum):
    """Between which texts a space is put that are not to be glued, where there is none."""

    NONE = 0
    DIGITS = 1
    WORDS = 2
    ALWAYS = 3


class _Paragraph:
    """The text of the block at hand."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.number = 0
        """Of the paragraph: what began in another one is not in this one."""
        self._space = _Space.NONE

    def add(self, text: str, style: Style) -> None:
        if not text:
            return
        if self._space and (last := self.last):
            between = self._space
            self._space = _Space.NONE
            if between is _Space.ALWAYS or _are_glued(last, text[0], between):
                text = f" {text}"
        if text[0] == " " and (not self.runs or self.last in " \n"):
            text = text[1:]
        if text:
            self.runs.append(Run(text, style))
            self._space = _Space.NONE

    def add_raw(self, markdown: str, style: Style) -> None:
        if self._space is _Space.ALWAYS and self.runs:
            self.add(" ", PLAIN)
        self.runs.append(Run(markdown, style, Kind.RAW))

    def end_line(self) -> None:
        self.runs.append(BREAK)

    def keep_apart(self, how: "_Space") -> None:
        """What comes next is not glued to what is there."""
        self._space = max(self._space, how)

    @property
    def last(self) -> str:
        """The last character; empty at the start."""
        if not self.runs:
            return ""
        run = self.runs[-1]
        return "\n" if run.kind is Kind.BREAK else run.text[-1:]

    def take(self) -> list[Run]:
        runs, self.runs, self._space = self.runs, [], _Space.NONE
        self.number += 1
        return runs

    def text_since(self, mark: tuple[int, int]) -> str:
        number, start = mark
        if number != self.number:
            return ""
        return "".join(run.text for run in self.runs[start:])

    @property
    def mark(self) -> tuple[int, int]:
        return self.number, len(self.runs)


def _are_glued(last: str, first: str, between: _Space) -> bool:
    if last.isspace() or first.isspace():
        return False
    if between is _Space.DIGITS:
        return last.isdecimal() and first.isdecimal()
    return last not in _OPENING and first not in _CLOSING


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
    """The Markdown of HTML that is fit for a parser, uncleaned. base: of relative addresses."""
    tree = LexborHTMLParser(f"<!doctype html><body>{html}", options=_WITHOUT_EVENTS)
    reading = _Reading(base, len(html))
    if tree.body is not None:
        if "<base" in html and (element := tree.css_first("base[href]")) is not None:
            reading.base = web_address(element.attributes["href"], base) or base
        reading.walk(tree.body)
    return Read(reading.blocks.text(), reading.image)


class _Reading:
    def __init__(self, base: str, size: int) -> None:
        self.base = base
        self.blocks = Blocks(size)
        self.image = ""
        self._left_for_addresses = 2 * size + 2000
        self._paragraph = _Paragraph()
        self._style = PLAIN
        self._on_one_line = 0
        """Cells and headings that are open: no block begins in them."""
        self._keeps_lines = 0
        self._lists: list[_OpenList | None] = []
        """Lists that are open, and None for each item."""
        self._loose_items = List()
        """Of items without a list."""
        self._tables: list[_Table] = []
        self._pictures: set[str] = set()
        self._within_noscript = 0
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
                node, self._style, leave = path.pop()
                if leave is not None:
                    leave()
                node = node.next
                continue
            left -= 1
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "")
            elif left > 0 and tag[:1].isalpha() and tag not in _DROPPED:
                style = self._style
                leave = self._enter(node, tag)
                if leave is not _skip:
                    path.append((node, style, leave))
                    node = node.first_child
                    continue
                self._style = style
            node = node.next
        self.end_block()

    def _text(self, text: str) -> None:
        if self._keeps_lines and "\n" in text:
            first, *rest = text.split("\n")
            self._add(first)
            for line in rest:
                self._end_line()
                self._add(line)
        else:
            self._add(text)

    def _add(self, text: str) -> None:
        # Cleaned before it is escaped: what goes may have stood between two signs of Markdown.
        text = _SPACE.sub(" ", clean(text))
        if "\xad" in text:
            text = text.replace("\xad", "")
        self._paragraph.add(text, self._style)

    def _enter(self, node: LexborNode, tag: str) -> Leave | None:
        if self._roles and (role := self._roles.pop(node.mem_id, "")):
            return self._play(role)
        if handler := _HANDLERS.get(tag):
            return handler(self, node)
        if tag in _BLOCKS:
            self.end_block()
            return self._block_with_lines(node) if tag in ("div", "p") else self.end_block
        if tag in _INLINE:
            return None
        self._keep_apart()
        return self._keep_apart

    # Blocks.

    def end_block(self) -> None:
        if self._on_one_line:
            self._paragraph.keep_apart(_Space.ALWAYS)
        elif self._paragraph.runs and (markdown := inline(self._paragraph.take())):
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
        """Two in a row end the paragraph."""
        if self._on_one_line:
            self._paragraph.keep_apart(_Space.ALWAYS)
        elif self._paragraph.last == "\n":
            self.end_block()
        elif self._paragraph.runs:
            if self._paragraph.last == " " and _ends_with_break(self._paragraph.runs):
                self.end_block()
            else:
                self._paragraph.end_line()

    def _keep_apart(self) -> None:
        self._paragraph.keep_apart(_Space.WORDS)

    def br(self, _: LexborNode) -> Leave:
        self._end_line()
        return _skip

    def hr(self, _: LexborNode) -> Leave:
        self.end_block()
        if not self._on_one_line:
            self.blocks.add(["___" if self.blocks.is_in_item else "---"], is_paragraph=False)
        return _skip

    def heading(self, node: LexborNode) -> Leave:
        self.end_block()
        if self._on_one_line:
            return self.end_block
        self._on_one_line += 1
        return partial(self._end_heading, int((node.tag or "h1")[1]))

    def _end_heading(self, level: int) -> None:
        self._on_one_line -= 1
        text = inline(self._paragraph.take(), in_heading=True)
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
        lines = clean(_preformatted(node)).split("\n")
        if self._on_one_line:
            for line in lines:
                self._paragraph.keep_apart(_Space.ALWAYS)
                self._paragraph.add(_SPACE.sub(" ", line).strip(), Style(code=True))
            self._paragraph.keep_apart(_Space.ALWAYS)
            return _skip
        while lines and not lines[-1].strip():
            lines.pop()
        while lines and not lines[0].strip():
            del lines[0]
        if lines:
            fence = "`" * max(3, 1 + max(_longest_run(line) for line in lines))
            self.blocks.add([fence, *lines, fence], is_paragraph=False)
        return _skip

    # Lists.

    def a_list(self, node: LexborNode) -> Leave:
        self.end_block()
        if self._on_one_line:
            return self.end_block
        of, labels = _numbered(node) if node.tag == "ol" else (List(), iter(()))
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
            is_number = label[:-1].isdecimal()
            self.blocks.open_item(above.list, label if is_number else "")
            if label and not is_number:
                self._paragraph.add(f"{label} ", PLAIN)
        self._lists.append(None)
        return self._end_item

    def _end_item(self) -> None:
        self._lists.pop()
        self._close()

    # Tables.

    def table(self, node: LexborNode) -> Leave:
        self.end_block()
        table = _Table()
        if not self._on_one_line and _is_data(node):
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
                    table.has_head = _is_head(node)
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
        text = inline(self._paragraph.take(), in_cell=True)
        columns = _whole(attributes.get("colspan"), 1)
        rows = _whole(attributes.get("rowspan"), 1)
        row.append(Cell(text, max(1, min(columns, MOST_COLUMNS)), max(0, rows)))

    # Within a line.

    def strong(self, _: LexborNode) -> None:
        self._style = self._style._replace(strong=True)

    def em(self, _: LexborNode) -> None:
        self._style = self._style._replace(em=True)

    def code(self, _: LexborNode) -> None:
        self._style = self._style._replace(code=True)

    def struck(self, _: LexborNode) -> Leave:
        self._keep_apart()
        self._style = self._style._replace(strike=True)
        return self._keep_apart

    def apart(self, _: LexborNode) -> Leave:
        self._keep_apart()
        return self._keep_apart

    def small(self, _: LexborNode) -> Leave:
        """Cents are set so: `19<small>99</small>`."""
        self._paragraph.keep_apart(_Space.DIGITS)
        return partial(self._paragraph.keep_apart, _Space.DIGITS)

    def span(self, node: LexborNode) -> Leave | None:
        attributes = node.attributes
        if "katex-html" in (attributes.get("class") or "") and node.prev is not None:
            return _skip  # the same formula once more, drawn
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
        return self._small(node, raised)

    def subscript(self, node: LexborNode) -> Leave:
        return self._small(node, lowered)

    def _small(self, node: LexborNode, signs: Callable[[str, str], str]) -> Leave:
        mark = self._paragraph.mark
        is_note = self._is_note > 0 or node.css_first("a") is not None
        return partial(self._end_small, mark, signs, is_note)

    def _end_small(
        self, mark: tuple[int, int], signs: Callable[[str, str], str], is_note: bool
    ) -> None:
        text = self._paragraph.text_since(mark).strip()
        runs = self._paragraph.runs
        if not text or any(run.kind is not Kind.TEXT for run in runs[mark[1] :]):
            self._keep_apart()
            return
        style = runs[mark[1]].style
        is_note = is_note or text[0] == "["
        if is_note and _NOTE.fullmatch(text):
            self._put_note(mark)
            return
        del runs[mark[1] :]
        self._paragraph.add(signs(text, self._paragraph.last), style)

    def _put_note(self, mark: tuple[int, int]) -> None:
        """A note's mark in brackets, so that it is not read as a figure or an exponent."""
        text = self._paragraph.text_since(mark).strip()
        if mark[0] != self._paragraph.number or not _NOTE.fullmatch(text):
            return
        del self._paragraph.runs[mark[1] :]
        style = self._style._replace(href="", code=False)
        before = "" if self._paragraph.last in ("", " ", "\n") else " "
        self._paragraph.add(f"{before}[{text.strip('[]()')}]", style)
        self._keep_apart()

    def quotation(self, _: LexborNode) -> Leave:
        self._paragraph.add("“", self._style)
        return partial(self._paragraph.add, "”", self._style)

    def reading_aid(self, node: LexborNode) -> Leave | None:
        """Of ruby: in brackets, where the page has none."""
        if node.prev is not None and node.prev.tag == "rp":
            return None
        self._paragraph.add("(", self._style)
        return partial(self._paragraph.add, ")", self._style)

    def link(self, node: LexborNode) -> Leave | None:
        attributes = node.attributes
        href = attributes.get("href")
        mark = self._paragraph.mark
        if href and _NOTE_ADDRESS.search(href):
            self._is_note += 1
            self._style = self._style._replace(
                href=self._afford(link_address(attributes, self.base))
            )
            return partial(self._end_note, mark)
        address = self._afford(link_address(attributes, self.base))
        if address:
            if self._style.href == "" and self._paragraph.last.isalnum():
                self._paragraph.keep_apart(_Space.NONE)
            self._style = self._style._replace(href=address)
            return None
        if told := self._afford(told_address(href)):
            return partial(self._tell, told, mark)
        return None

    def _end_note(self, mark: tuple[int, int]) -> None:
        self._is_note -= 1
        self._put_note(mark)

    def _tell(self, address: str, mark: tuple[int, int]) -> None:
        """An address that is none of the web, for the eye."""
        label = self._paragraph.text_since(mark)
        if address not in label:
            shown = f" ({address})" if label.strip() else address
            self._paragraph.add(shown, self._style)

    def _afford(self, address: str) -> str:
        """The address, empty where the addresses have become far longer than the source."""
        self._left_for_addresses -= len(address)
        return address if self._left_for_addresses >= 0 else ""

    # Media.

    def img(self, node: LexborNode) -> Leave:
        attributes = node.attributes
        alt = attributes.get("alt") or ""
        if _is_emoji(attributes) and 0 < len(alt) <= 16:
            self._paragraph.add(alt, self._style)
        else:
            self._show(image_address(attributes, self.base), alt)
        return _skip

    def _show(self, address: str, alt: str) -> None:
        key = picture_key(address)
        if self._within_noscript and key in self._pictures:
            return
        if address := self._afford(address):
            self._pictures.add(key)
            self.image = self.image or address
            self._paragraph.add_raw(f"![{_label(alt)}]({address})", self._style)

    def picture(self, node: LexborNode) -> Leave:
        image = node.css_first("img")
        attributes: Attributes = image.attributes if image is not None else {}
        address = image_address(attributes, self.base)
        if not address and not any(name in attributes for name in ("width", "height")):
            found = (set_address(each.attributes, self.base) for each in node.css("source"))
            address = next(filter(None, found), "")
        self._show(address, attributes.get("alt") or "")
        return _skip

    def source(self, node: LexborNode) -> Leave:
        """One that stands alone, as what was around it has no end."""
        attributes = node.attributes
        if any(name.endswith("srcset") for name in attributes):
            self._show(set_address(attributes, self.base), "")
        else:
            self._put_media(media_address(attributes, self.base, "src"), attributes)
        return _skip

    def frame(self, node: LexborNode) -> Leave:
        attributes = node.attributes
        self._put_media(media_address(attributes, self.base, "src"), attributes)
        return _skip

    def film(self, node: LexborNode) -> Leave:
        """The first of its sources; the others are the same in other formats."""
        attributes = node.attributes
        own = media_address(attributes, self.base, "src")
        found = (media_address(each.attributes, self.base, "src") for each in node.css("source"))
        address = own or next(filter(None, found), "")
        self.end_block()
        if poster := web_address(attributes.get("poster"), self.base):
            self._show(poster, "")
            self.end_block()
        self._put_media(address, attributes)
        return _skip if address else self.end_block

    def thing(self, node: LexborNode) -> Leave:
        """An `object`: of what is shown in its place only where it has no address."""
        attributes = node.attributes
        address = media_address(attributes, self.base, "data")
        if (attributes.get("type") or "").startswith("image/"):
            self._show(address, attributes.get("title") or "")
        else:
            self._put_media(address, attributes)
        if address:
            return _skip
        self.end_block()
        return self.end_block

    def _put_media(self, address: str, attributes: Attributes) -> None:
        """A link, where the film or the page stood."""
        key = picture_key(address)
        if (self._within_noscript and key in self._pictures) or not (
            address := self._afford(address)
        ):
            return
        self._pictures.add(key)
        title = attributes.get("title") or attributes.get("aria-label") or ""
        self.end_block()
        self._paragraph.add(clean_line(title)[:300] or address, Style(href=address))
        self.end_block()

    def noscript(self, node: LexborNode) -> Leave:
        """What stands for a picture that comes later; not what asks for JavaScript."""
        if "javascript" in (node.text() or "").lower():
            return _skip
        before = _element_before(node)
        is_lazy = before is not None and before.tag in ("img", "picture")
        if is_lazy and self._paragraph.runs and self._paragraph.runs[-1].kind is Kind.RAW:
            image = node.css_first("img")
            if image is not None:
                self._pictures.add(picture_key(image_address(image.attributes, self.base)))
        self._within_noscript += 1
        self._keep_apart()
        return self._end_noscript

    def _end_noscript(self) -> None:
        self._within_noscript -= 1
        self._keep_apart()

    def field(self, node: LexborNode) -> Leave:
        """Of an input only what is ticked can be read."""
        attributes = node.attributes
        if (attributes.get("type") or "").lower() == "checkbox":
            self._paragraph.add("☑ " if "checked" in attributes else "☐ ", PLAIN)
        return _skip

    # Mathematics.

    def mathematics(self, node: LexborNode) -> None:
        """Its children are told apart by their place."""
        roles = _ROLES[node.tag or ""]
        children = [each for each in node.iter() if each.tag != "-text"]
        for child, role in zip(children, roles, strict=False):
            if role:
                self._roles[child.mem_id] = role

    def root(self, _: LexborNode) -> Leave:
        self._paragraph.add("√(", self._style)
        return partial(self._paragraph.add, ")", self._style)

    def _play(self, role: str) -> Leave:
        mark = self._paragraph.mark
        if role in ("up", "down"):
            return partial(self._end_small, mark, raised if role == "up" else lowered, False)
        self._paragraph.add("(" if role == "over" else "/(", self._style)
        return partial(self._paragraph.add, ")", self._style)


_ROLES = {
    "msup": ("", "up"),
    "msub": ("", "down"),
    "msubsup": ("", "down", "up"),
    "munder": ("", "down"),
    "mover": ("", "up"),
    "munderover": ("", "down", "up"),
    "mfrac": ("over", "under"),
}


def _skip() -> None:
    """Returned where the inside of an element is not looked at."""


_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys(("b", "strong"), _Reading.strong),
    **dict.fromkeys(("i", "em"), _Reading.em),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), _Reading.code),
    **dict.fromkeys(("del", "s", "strike"), _Reading.struck),
    **dict.fromkeys(("ins", "label", "summary-text"), _Reading.apart),
    **dict.fromkeys((f"h{level}" for level in range(1, 7)), _Reading.heading),
    **dict.fromkeys(("ul", "ol", "menu", "dir", "dl"), _Reading.a_list),
    **dict.fromkeys(("li", "dd"), _Reading.item),
    **dict.fromkeys(("td", "th"), _Reading.cell),
    **dict.fromkeys(("pre", "listing", "xmp"), _Reading.pre),
    **dict.fromkeys(("iframe", "embed"), _Reading.frame),
    **dict.fromkeys(("video", "audio"), _Reading.film),
    **dict.fromkeys(("span", "font"), _Reading.span),
    **dict.fromkeys(_ROLES, _Reading.mathematics),
    "a": _Reading.link,
    "blockquote": _Reading.quote,
    "br": _Reading.br,
    "hr": _Reading.hr,
    "img": _Reading.img,
    "input": _Reading.field,
    "msqrt": _Reading.root,
    "noscript": _Reading.noscript,
    "object": _Reading.thing,
    "picture": _Reading.picture,
    "q": _Reading.quotation,
    "rt": _Reading.reading_aid,
    "small": _Reading.small,
    "source": _Reading.source,
    "sub": _Reading.subscript,
    "sup": _Reading.superscript,
    "table": _Reading.table,
    "tr": _Reading.row,
}


def _ends_with_break(runs: list[Run]) -> bool:
    """Whether nothing but space stands after the last break."""
    for run in reversed(runs):
        if run.kind is Kind.BREAK:
            return True
        if run.kind is Kind.RAW or run.text.strip(" "):
            return False
    return False


def _element_before(node: LexborNode) -> LexborNode | None:
    before = node.prev
    while before is not None and before.tag == "-text" and not (before.text_content or "").strip():
        before = before.prev
    return before


def _whole(value: str | None, otherwise: int) -> int:
    match = _INTEGER.match(value or "")
    return int(match[1]) if match else otherwise


def _label(alt: str) -> str:
    """The text of an image, which may not end its brackets, nor begin code or a tag."""
    label = re.sub(r"[\[\]\\]", "", clean_line(alt))[:300].replace("`", "'")
    return re.sub(r"<(?=[a-zA-Z/!?])", "< ", label)


def _is_emoji(image: Attributes) -> bool:
    marks = f"{image.get('class') or ''} {image.get('src') or ''}".lower()
    return "emoji" in marks or "smiley" in marks


def _longest_run(line: str) -> int:
    return max(map(len, re.findall("`+", line)), default=0)


def _preformatted(node: LexborNode) -> str:
    """Text as it stands, each block in it on lines of its own."""
    pieces: list[str] = []

    def begin_line() -> None:
        if pieces and not pieces[-1].endswith("\n"):
            pieces.append("\n")

    for inner, is_end in _walked(node):
        tag = inner.tag or ""
        if tag == "-text" and not is_end:
            if text := inner.text_content:
                pieces.append(text)
        elif tag == "br" and not is_end:
            pieces.append("\n")
        elif tag in _BLOCKS or tag in ("li", "tr", "dt", "dd"):
            begin_line()
        elif tag in ("sup", "sub") and not is_end:
            pieces.append("^" if tag == "sup" else "_")
    return "".join(pieces)


def _walked(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Every node within, and each element once more at its end."""
    path: list[LexborNode] = []
    node = root.first_child
    while node is not None or path:
        if node is None:
            node = path.pop()
            yield node, True
        elif (node.tag or "")[:1].isalpha() and node.tag not in _DROPPED:
            yield node, False
            path.append(node)
            node = node.first_child
            continue
        elif node.tag == "-text":
            yield node, False
        node = node.next


# Lists and tables, before they are read.


def _numbered(node: LexborNode) -> tuple[List, Iterator[str]]:
    """The list, and a label for each item where Markdown would count otherwise."""
    attributes = node.attributes
    values = [each.attributes.get("value") for each in node.iter() if each.tag == "li"]
    step = -1 if "reversed" in attributes else 1
    number = _whole(attributes.get("start"), len(values) if step < 0 else 1)
    numbers = []
    for value in values:
        number = _whole(value, number)
        numbers.append(number)
        number += step
    kind = attributes.get("type") or "1"
    first = numbers[0] if numbers else 1
    counts = all(number == first + n for n, number in enumerate(numbers))
    if counts and first >= 0 and first + len(numbers) <= _MOST_LISTED and kind not in "aAiI":
        return List(numbered=True, number=first), iter(())
    return List(), (f"{_counted(number, kind)}." for number in numbers)


def _counted(number: int, kind: str) -> str:
    if kind in "iI" and 0 < number < 4000:
        numeral = _roman(number)
        return numeral if kind == "i" else numeral.upper()
    if kind in "aA" and 0 < number < 18_000:
        letters = ""
        while number:
            number, letter = divmod(number - 1, 26)
            letters = chr(ord(kind) + letter) + letters
        return letters
    return str(number)


_ROMAN = "m cm d cd c xc l xl x ix v iv i"


def _roman(number: int) -> str:
    numeral = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        _ROMAN.split(),
        strict=True,
    ):
        numeral += sign * (number // value)
        number %= value
    return numeral


def _is_data(table: LexborNode) -> bool:
    """Whether its rows and columns say something: more than one column, and cells of one line."""
    if (table.attributes.get("role") or "") == "presentation":
        return False
    if table.css_first(_LAYOUT) is not None:
        return False
    if table.css_first("th") is None and table.css_first("ul, ol, p + p + p") is not None:
        return False
    return any(_columns(row) > 1 for row in table.css("tr")) or table.css_first("th") is not None


def _columns(row: LexborNode) -> int:
    return sum(1 for each in row.iter() if each.tag in ("td", "th"))


def _is_head(row: LexborNode) -> bool:
    if row.parent is not None and row.parent.tag == "thead":
        return True
    return all(each.tag == "th" for each in row.iter() if each.tag in ("td", "th"))
