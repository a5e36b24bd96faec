"""Elements within a line: emphasis, links, raised and lowered signs, notes, quotation marks."""

import re
from collections.abc import Callable
from functools import partial

from selectolax.lexbor import LexborNode

from reader.formats.html.addresses import link_address, told_address
from reader.formats.html.elements import Leave, skip
from reader.formats.html.paragraph import Space
from reader.formats.html.reading import Reading
from reader.formats.html.small_signs import lowered, numerator, raised
from reader.formats.markdown.styles import PLAIN, Kind, emphasised, linked, strengthened

_DISPLAYED_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.I)
_STRUCK = re.compile(r"text-decoration[^;]*line-through", re.I)
_RAISED = re.compile(r"vertical-align\s*:\s*(super|sub|text-top)", re.I)
_NOTE_ADDRESS = re.compile(r"#_?(?:fn|ftn|foot|edn|end|note|cite|ref)", re.I)
_NOTE = re.compile(
    r"[\[(]?([0-9]{1,3}|[a-zA-Z]|[ivxIVX]{2,5}|[*†‡§¶]{1,3})[\])]?|\[[^\[\]]{1,60}\]"
)


def strong(reading: Reading, _: LexborNode) -> None:
    """Make text strong."""
    reading.style = strengthened(reading.style)


def em(reading: Reading, _: LexborNode) -> None:
    """Emphasise text."""
    reading.style = emphasised(reading.style)


def code(reading: Reading, _: LexborNode) -> None:
    """Make text code."""
    reading.style = reading.style._replace(code=True)


def struck(reading: Reading, _: LexborNode) -> Leave:
    """Strike text through, apart from its neighbours."""
    reading.keep_apart()
    reading.style = reading.style._replace(strike=True)
    return reading.keep_apart


def apart(reading: Reading, _: LexborNode) -> Leave:
    """Keep text apart from its neighbours."""
    reading.keep_apart()
    return reading.keep_apart


def small(reading: Reading, _: LexborNode) -> Leave:
    """Keep digits apart: `19<small>99</small>` is a price with cents."""
    reading.paragraph.keep_apart(Space.DIGITS)
    return partial(reading.paragraph.keep_apart, Space.DIGITS)


def span(reading: Reading, node: LexborNode) -> Leave | None:
    """Read a `span` by its style: raised, lowered, struck through, or a block."""
    attributes = node.attributes
    if "katex-html" in (attributes.get("class") or "") and node.prev is not None:
        return skip  # a second, drawn copy of the same formula
    style = attributes.get("style") or ""
    if not style:
        return None
    if aligned := _RAISED.search(style):
        return _small(reading, node, lowered if aligned[1].lower() == "sub" else raised)
    if _STRUCK.search(style):
        return struck(reading, node)
    if _DISPLAYED_AS_BLOCK.search(style):
        reading.end_block()
        return reading.end_block
    return None


def quotation(reading: Reading, _: LexborNode) -> Leave:
    """Put quotation marks around text."""
    reading.paragraph.add("“", reading.style)
    return partial(reading.paragraph.add, "”", reading.style)


def reading_aid(reading: Reading, node: LexborNode) -> Leave | None:
    """Write ruby text in brackets, unless the page has brackets."""
    if node.prev is not None and node.prev.tag == "rp":
        return None
    reading.paragraph.add("(", reading.style)
    return partial(reading.paragraph.add, ")", reading.style)


def field(reading: Reading, node: LexborNode) -> Leave:
    """Write a check box; other inputs have no text."""
    attributes = node.attributes
    if (attributes.get("type") or "").lower() == "checkbox":
        reading.paragraph.add("☑ " if "checked" in attributes else "☐ ", PLAIN)
    return skip


# Raised and lowered signs, and footnote marks.


def superscript(reading: Reading, node: LexborNode) -> Leave:
    """Write a superscript, a numerator, or a footnote mark."""
    return _small(reading, node, numerator if _is_numerator(node) else raised)


def subscript(reading: Reading, node: LexborNode) -> Leave:
    """Write a subscript."""
    return _small(reading, node, lowered)


def _small(reading: Reading, node: LexborNode, signs: Callable[[str, str], str]) -> Leave:
    mark = reading.paragraph.mark
    is_note = reading.open_notes > 0 or node.css_first("a") is not None
    return partial(end_small, reading, mark, signs, is_note)


def end_small(
    reading: Reading, mark: tuple[int, int], signs: Callable[[str, str], str], is_note: bool
) -> None:
    """Replace the text since `mark` with raised or lowered signs, or with a footnote mark."""
    text = reading.paragraph.text_since(mark).strip()
    runs = reading.paragraph.runs
    if not text or any(run.kind is not Kind.TEXT for run in runs[mark[1] :]):
        reading.keep_apart()
        return
    style = runs[mark[1]].style
    is_note = is_note or text[0] == "["
    if is_note and _NOTE.fullmatch(text):
        _put_note(reading, mark)
        return
    del runs[mark[1] :]
    reading.paragraph.add(signs(text, reading.paragraph.last), style)


def _put_note(reading: Reading, mark: tuple[int, int]) -> None:
    """Write a footnote mark in brackets, so that it is not read as an exponent."""
    text = reading.paragraph.text_since(mark).strip()
    runs = reading.paragraph.runs
    if mark[0] != reading.paragraph.number or not _NOTE.fullmatch(text):
        return
    href = runs[mark[1]].style.href
    style = reading.style._replace(href="" if "#" in href else href, code=False)
    del runs[mark[1] :]
    before = "" if reading.paragraph.last in ("", " ", "\n") else " "
    reading.paragraph.add(f"{before}[{text.strip('[]()')}]", style)
    reading.keep_apart()


def _is_numerator(node: LexborNode) -> bool:
    """Return whether a fraction bar and a subscript follow a superscript."""
    bar = node.next
    if bar is None or bar.tag != "-text" or (bar.text_content or "").strip() not in ("/", "⁄"):
        return False
    return bar.next is not None and bar.next.tag == "sub"


# Links.


def link(reading: Reading, node: LexborNode) -> Leave | None:
    """Link text to a web address; write other addresses as text."""
    attributes = node.attributes
    href = attributes.get("href")
    mark = reading.paragraph.mark
    address = reading.afford(link_address(attributes, reading.base))
    if href and "#" in href and _NOTE_ADDRESS.search(href):
        reading.open_notes += 1
        reading.style = reading.style._replace(href=address)
        return partial(_end_note, reading, mark)
    if address:
        if reading.paragraph.ends_with_link:
            reading.keep_apart()
        reading.style = linked(reading.style, address)
        return None
    if told := reading.afford(told_address(href)):
        return partial(_tell, reading, told, mark)
    return None


def _end_note(reading: Reading, mark: tuple[int, int]) -> None:
    reading.open_notes -= 1
    _put_note(reading, mark)


def _tell(reading: Reading, address: str, mark: tuple[int, int]) -> None:
    """Write an address that is not a web address as text."""
    label = reading.paragraph.text_since(mark)
    if address not in label:
        shown = f" ({address})" if label.strip() else address
        reading.paragraph.add(shown, reading.style)
