"""HTML of paragraphs, headings, flat lists, links, emphasis and images, straight to Markdown.

Most feeds have no other, and a tree of it costs several times as much. What is not as simple as
that is left to the tree: `simple_markdown` gives None rather than guess.
"""

import re
from collections.abc import Callable, Mapping
from html import unescape

_PIECE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]*)?)>")
_ATTRIBUTE = re.compile(r"""\s+([a-zA-Z][\w:-]*)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
_SIGNS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_SPACE = re.compile(r"[ \t\r\n]+")
_VOID = ("br", "img")
_HEADINGS = {f"h{level}": f"{'#' * level} " for level in range(1, 7)}
_BLOCKS = frozenset(("p", "div", "figure", "figcaption", "section", "article", *_HEADINGS))
_LISTS = frozenset(("ul", "li"))
_KNOWN = frozenset((*_SIGNS, *_VOID, *_BLOCKS, *_LISTS, "a", "span"))

Attributes = Mapping[str, str]


class _NotSimple(Exception):
    pass


class _Writer:
    """Takes one piece after the other; `_NotSimple` where it would have to guess."""

    def __init__(
        self,
        escape: Callable[[str], str],
        image: Callable[[Attributes], str],
        link: Callable[[Attributes], str],
    ) -> None:
        self.markdown = ""
        self._list = False
        """Within one."""
        self._prefix = ""
        self._after_item = False
        self._escape, self._image, self._link = escape, image, link
        self._line: list[str] = []
        self._open: list[tuple[str, int, str]] = []
        """Name, place in the line where it begins, address where it is a link."""

    def text(self, raw: str) -> None:
        if "<" in raw:  # something that is no tag, or one that is no simple one
            raise _NotSimple
        self._line.append(self._escape(_SPACE.sub(" ", unescape(raw))))

    def start(self, name: str, rest: str) -> None:
        attributes = _attributes(rest)
        if name in _BLOCKS or name in _LISTS:
            self._start_block(name)
        elif name == "span":
            pass
        elif name == "br":
            self._line.append("  \n")
        elif name == "img":
            self._line.append(self._image(attributes))
        elif any(open_name == name for open_name, _, _ in self._open):
            raise _NotSimple
        else:
            address = self._link(attributes) if name == "a" else ""
            self._open.append((name, len(self._line), address))

    def end(self, name: str) -> None:
        if name in _BLOCKS or name in _LISTS:
            self.end_paragraph()
            self._list = self._list and name != "ul"
            return
        if name == "span":
            return
        if name in _VOID or not self._open or self._open[-1][0] != name:
            raise _NotSimple
        _, at, address = self._open.pop()
        inner = "".join(self._line[at:])
        if "\n" in inner:
            raise _NotSimple
        del self._line[at:]
        self._line.append(_marked(inner, _SIGNS.get(name, ""), address))

    def _start_block(self, name: str) -> None:
        # A list in a list, a paragraph in an item, an item without a list.
        if (name != "li" and self._list) or (name == "li" and not self._list):
            raise _NotSimple
        self.end_paragraph()
        self._list = self._list or name == "ul"
        self._prefix = "- " if name == "li" else _HEADINGS.get(name, "")

    def end_paragraph(self) -> None:
        if self._open:
            raise _NotSimple
        if line := _broken("".join(self._line).strip(" \n")):
            if (self._prefix and "\n" in line) or (self._list and not self._prefix):
                raise _NotSimple
            is_item = self._prefix == "- "
            between = "\n" if is_item and self._after_item else "\n\n"
            self.markdown += f"{between if self.markdown else ''}{self._prefix}{line}"
            self._after_item = is_item
        self._prefix = ""
        self._line.clear()


def simple_markdown(
    html: str,
    escape: Callable[[str], str],
    image: Callable[[Attributes], str],
    link: Callable[[Attributes], str],
) -> str | None:
    """Its Markdown, uncleaned; None where it is not that simple.

    escape: of plain text; image: the Markdown of one, empty where it is dropped; link: the address
    of one, empty where it is dropped; both of the element's attributes.
    """
    pieces = _PIECE.split(html)
    writer = _Writer(escape, image, link)
    try:
        writer.text(pieces[0])
        for at in range(1, len(pieces), 4):
            closing, name, rest, text = pieces[at : at + 4]
            if (name := name.lower()) not in _KNOWN:
                return None
            if closing:
                writer.end(name)
            else:
                writer.start(name, rest)
            if text:
                writer.text(text)
        writer.end_paragraph()
    except _NotSimple:
        return None
    return writer.markdown


def _marked(inner: str, sign: str, address: str) -> str:
    """With its spaces outside: `** a**` is no emphasis."""
    text = inner.strip()
    if not text or not (sign or address):
        return inner if text else inner[:1]
    before, after = inner[: inner[:1] == " "], inner[len(inner) - (inner[-1:] == " ") :]
    marked = f"[{text}]({address})" if address else f"{sign}{text}{sign}"
    return f"{before}{marked}{after}"


def _broken(line: str) -> str:
    """One space between words, and none after the end of a line but the two that break it."""
    return re.sub(r" *  \n *", "  \n", line)


def _attributes(rest: str) -> Attributes:
    if not rest or rest.isspace():
        return {}
    found = {}
    end = 0
    for match in _ATTRIBUTE.finditer(rest):
        if match.start() != end:
            raise _NotSimple
        end = match.end()
        value = match[2] if match[3] is None else match[3]
        found[match[1].lower()] = unescape(value)
    if rest[end:].strip(" \t\r\n/"):
        raise _NotSimple
    return found
