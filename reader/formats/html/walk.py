"""HTML to Markdown: one walk through the tree, without recursion, element by element."""

import re
from collections.abc import Callable
from typing import NamedTuple

from selectolax.lexbor import LexborNode

import reader.formats.html.inline as inline
import reader.formats.html.structure as structure
from reader.formats.html.addresses import web_address
from reader.formats.html.elements import BLOCKS, DROPPED, Leave, skip
from reader.formats.html.mathematics import ROLES, mathematics, play, root
from reader.formats.html.media import (
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
from reader.formats.html.paragraph import WHITE_SPACE
from reader.formats.html.reading import Reading, parsed
from reader.formats.html.source import names
from reader.formats.markdown.styles import Style
from reader.text import clean

_MOST_NODES = 200_000
"""Elements and texts that are read; a parser may make more of them than the source has."""

_DRAWN = names("button canvas select svg textarea")
"""Dropped elements that take up space on the page: the words on both sides stay apart."""

_INLINE = names(
    """abbr acronym b bdi bdo big blink cite data dfn em font i mark nobr output rb ruby span strong
    time tt u var wbr rp rtc math semantics mrow mi mn mo ms mtext mstyle mpadded"""
)
_BASE = re.compile(r"<base\s", re.IGNORECASE)

_Handler = Callable[[Reading, LexborNode], Leave | None]


class Read(NamedTuple):
    """Markdown that is not cleaned yet, and the address of its first image, empty if none."""

    markdown: str
    image: str


def read(html: str, base: str) -> Read:
    """Return the Markdown of mended HTML, not cleaned. base: of relative addresses."""
    tree = parsed(html)
    reading = Reading(base, len(html), walk)
    if tree.body is not None:
        if _BASE.search(html) and (element := tree.css_first("base[href]")) is not None:
            reading.base = web_address(element.attributes["href"], base) or base
        walk(reading, tree.body)
    return Read(reading.blocks.text(), reading.image)


def walk(reading: Reading, top: LexborNode) -> None:
    """Read the tree below a node into the reading."""
    path: list[tuple[LexborNode, Style, Leave | None]] = []
    node = top.first_child
    left = _MOST_NODES
    while node is not None or path:
        if node is None:
            node, reading.style, leave = path.pop()
            if leave is not None:
                leave()
            node = node.next
            continue
        left -= 1
        tag = node.tag or ""
        if tag == "-text":
            text = node.text_content or ""
            if reading.keeps_lines:
                _lines(reading, text)
            else:
                _add(reading, text)
        elif tag in DROPPED:
            _leave_out(reading, node, tag)
        elif left > 0 and tag[:1].isalpha():
            style = reading.style
            leave = _enter(reading, node, tag)
            if leave is not skip:
                path.append((node, style, leave))
                node = node.first_child
                continue
            reading.style = style
        node = node.next
    reading.end_block()


def _leave_out(reading: Reading, node: LexborNode, tag: str) -> None:
    if tag in _DRAWN:
        reading.keep_apart()
    if tag == "svg":
        drawing(reading, node)


def _lines(reading: Reading, text: str) -> None:
    first, *rest = text.split("\n")
    _add(reading, first)
    for line in rest:
        reading.end_line()
        _add(reading, line)


def _add(reading: Reading, text: str) -> None:
    # Clean before escaping: a removed character may have stood between two signs of Markdown.
    if not (text.isascii() and text.isprintable()):
        text = clean(text)
        if "\xad" in text:
            text = text.replace("\xad", "")
    reading.paragraph.add(WHITE_SPACE.sub(" ", text), reading.style)


def _enter(reading: Reading, node: LexborNode, tag: str) -> Leave | None:
    if reading.roles and (role := reading.roles.pop(node.mem_id, "")):
        return play(reading, role)
    if handler := _HANDLERS.get(tag):
        return handler(reading, node)
    if tag in BLOCKS:
        if tag not in ("div", "p") or reading.paragraph.mark != reading.labelled:
            reading.end_block()
        return _block_with_lines(reading, node) if tag in ("div", "p") else reading.end_block
    if tag in _INLINE:
        return None
    if "-" in tag and (leave := embedded(reading, node, tag)):
        return leave
    reading.keep_apart()
    return reading.keep_apart


def _block_with_lines(reading: Reading, node: LexborNode) -> Leave:
    if "white-space" not in (node.attributes.get("style") or ""):
        return reading.end_block
    return reading.with_lines()


_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys(("b", "strong"), inline.strong),
    **dict.fromkeys(("i", "em"), inline.em),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), inline.code),
    **dict.fromkeys(("del", "s", "strike"), inline.struck),
    **dict.fromkeys(("ins", "label"), inline.apart),
    **dict.fromkeys((f"h{level}" for level in range(1, 7)), structure.heading),
    **dict.fromkeys(("ul", "ol", "menu", "dir", "dl"), structure.a_list),
    **dict.fromkeys(("li", "dd"), structure.item),
    **dict.fromkeys(("td", "th"), structure.cell),
    **dict.fromkeys(("pre", "listing", "xmp"), structure.pre),
    **dict.fromkeys(("iframe", "embed", "amp-iframe"), frame),
    **dict.fromkeys(("video", "audio", "amp-video", "amp-audio"), film),
    **dict.fromkeys(("img", "amp-img"), image),
    **dict.fromkeys(("span", "font"), inline.span),
    **dict.fromkeys(ROLES, mathematics),
    "a": inline.link,
    "blockquote": structure.quote,
    "br": structure.br,
    "hr": structure.hr,
    "input": inline.field,
    "msqrt": root,
    "noscript": noscript,
    "object": thing,
    "picture": picture,
    "q": inline.quotation,
    "rt": inline.reading_aid,
    "small": inline.small,
    "source": source,
    "sub": inline.subscript,
    "sup": inline.superscript,
    "table": structure.table,
    "tr": structure.row,
}
