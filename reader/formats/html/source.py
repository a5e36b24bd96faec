"""Repair the source of HTML before it is parsed: unclosed elements and depth.

An HTML parser follows the browsers: an unclosed `<svg/>` or `<select>` swallows the rest of the
page, and a few thousand nested elements cost seconds and gigabytes.
"""

import re
from typing import NamedTuple


def names(words: str) -> frozenset[str]:
    """Return the set of names in a string, separated by spaces."""
    return frozenset(words.split())


MAX_HTML = 512 * 1024
"""Maximum characters of one text; the longest article has an eighth of that."""

MAX_DEPTH = 60
"""Maximum depth of elements. Deeper ones keep their text."""

MAX_ELEMENTS = 20_000
"""Maximum elements of one text; of a longer one only the words are kept."""

MAX_PAGE = 60_000
"""Maximum elements of a web page; few are part of its article."""

_FEW = 300
"""Tags that may be nested in any way at negligible cost."""

_MAX_UNREAD = 100
"""Maximum `<` that are not read as tags here, but may be by the parser."""

_ATTRIBUTE = (
    r"[\s/]*+[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'>][^\s>]*+|(?=>)))?+"
)
_TAG = re.compile(rf"<(/?)([a-zA-Z][^\s/>]*+)((?:{_ATTRIBUTE}){{0,100}}+[\s/]*+)>")
_START = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG_START = re.compile(r"<[a-zA-Z]")
_UNREADABLE = re.compile(r"<(/?)([a-zA-Z][^\s/<>]{0,31})[^<>]*+>?")
_DECLARATION = re.compile(r"<[!?/][^<>]*+>?")
_WORTH_A_LOOK = re.compile(
    r"<!|<(?:script|style|noscript|template|textarea|svg|iframe|title|xmp|noembed|noframes|plaintext"
    r"|select|button|canvas|object|video|audio|picture|math|datalist|applet|frameset)\b"
    r"|<table\b[^<>]*>\s*+[^<\s]|='[^']*+\Z|<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)\b)"
    r"[a-zA-Z](?:[^<>\"']|\"[^\"<>]*\"|'[^'<>]*')*/>",
    re.IGNORECASE,
)
_TABLE_PART = re.compile(r"<(?:table|t[dhr]|tbody|thead|tfoot|caption)\b", re.IGNORECASE)
_CONTENT = re.compile(
    r"<(?:p|div|h[1-6]|ul|ol|table|blockquote|img|br|a|b|strong|em|i|span|section|article|figure)\b",
    re.IGNORECASE,
)
_BARE_TEXT = re.compile(r"\s*+[^<\s]")
_BEFORE_THE_LAST = re.compile(r"[\s\"']")
VOID = names("""area base br col embed hr img input link meta param source track wbr""")
_RAW = names("""script style textarea title iframe xmp noembed noframes""")
"""Elements whose content is not markup."""

_SHOWN_WITHOUT_AN_END = frozenset(("iframe", "video", "audio", "object"))
_TO_BE_CLOSED = names(
    """noscript template svg select button canvas object video audio picture math datalist applet
    frameset"""
)
"""Elements whose content may be dropped, so that their end must be known."""

_TABLE_PARTS = names("td th tr tbody thead tfoot caption")
_P_ENDS = names(
    """address article aside blockquote center details dialog dir div dl fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr main menu nav ol p pre section table ul"""
)
_GROUPS = {
    **dict.fromkeys(("li",), frozenset(("li",))),
    **dict.fromkeys(("dt", "dd"), frozenset(("dt", "dd"))),
    **dict.fromkeys(("td", "th"), frozenset(("td", "th"))),
    **dict.fromkeys(("tr",), frozenset(("tr",))),
    **dict.fromkeys(("option",), frozenset(("option",))),
}
_GROUP_EDGES = names("ul ol menu dl table select")


class _Token(NamedTuple):
    """A tag or a piece of text."""

    start: int
    end: int
    closing: bool = False
    name: str = ""
    """Name of the element, empty if the token is dropped."""
    attributes: str = ""
    closed: bool = False
    """A self-closing tag such as `<svg/>`."""


def mended(html: str, most: int = MAX_ELEMENTS) -> str | None:
    """Return HTML that a parser reads without loss; None if it has more than `most` elements."""
    tags = html.count("<")
    if tags <= _FEW and not _needs_mending(html):
        return html
    if len(_TAG_START.findall(html)) > most:
        return None
    return _Mender(html, bounded=tags > _FEW).mended()


def _needs_mending(html: str) -> bool:
    if html.count('"') % 2 or _WORTH_A_LOOK.search(html):
        return True
    part = _TABLE_PART.search(html)
    return part is not None and part[0].lower() != "<table"


class _Mender:
    """Reads the tags, then writes them again with all elements closed."""

    def __init__(self, html: str, *, bounded: bool) -> None:
        self._html = html
        self._bounded = bounded
        self._tokens: list[_Token] = []
        self._waiting: dict[str, list[int]] = {}
        """Numbers of the start tags of open elements."""
        self._never: set[str] = set()
        """Strings that do not occur again in the rest."""
        self._open: list[str] = []
        self._tables = 0
        self._unread = 0

    def mended(self) -> str | None:
        """Return the mended source, None if it has too many elements."""
        at = 0
        while match := _START.search(self._html, at):
            at = self._read(match.start())
        if self._unread > _MAX_UNREAD:
            return None
        unclosed = {number for numbers in self._waiting.values() for number in numbers}
        written, end = [], 0
        for number, token in enumerate(self._tokens):
            written.append(self._html[end : token.start])
            written.append(self._written(token, number in unclosed))
            end = token.end
        written.append(self._html[end:])
        return "".join(written).replace("]]>", "") if self._has("<![") else "".join(written)

    def _has(self, sign: str) -> bool:
        return sign in self._html

    # Reading the source.

    def _read(self, at: int) -> int:
        """Read the token at `at`; return where to go on."""
        html = self._html
        if match := _TAG.match(html, at):
            return self._take(match)
        if html.startswith("<!--", at):
            return self._drop(at, self._end_of_comment(at))
        if html.startswith("<![CDATA[", at):
            return self._drop(at, at + len("<![CDATA["))
        if match := _DECLARATION.match(html, at):
            return self._drop(at, match.end())
        self._unread += 1
        if match := _UNREADABLE.match(html, at):
            is_cut = not match[0].endswith(">")
            name = "" if is_cut or match[2].lower() in _RAW else match[2].lower()
            self._tokens.append(_Token(at, match.end(), bool(match[1]), name))
            return match.end()
        return at + 1

    def _drop(self, start: int, end: int) -> int:
        self._tokens.append(_Token(start, end))
        return end

    def _end_of_comment(self, at: int) -> int:
        """Return where a comment ends; an unclosed one ends at its first `>`."""
        if self._html.startswith((">", "->"), at + 4):
            return self._html.index(">", at) + 1
        end = self._find("-->", at + 4)
        if end >= 0:
            return end + 3
        end = self._find(">", at + 4)
        return end + 1 if end >= 0 else at + 4

    def _find(self, sign: str, at: int) -> int:
        """Find a string; search only once for one that does not occur again."""
        if sign in self._never:
            return -1
        found = self._html.find(sign, at)
        if found < 0:
            self._never.add(sign)
        return found

    def _take(self, match: re.Match[str]) -> int:
        name, attributes = match[2].lower(), match[3]
        closed = attributes.endswith("/") and "=" not in _BEFORE_THE_LAST.split(attributes)[-1]
        attributes = attributes[:-1] if closed else attributes
        token = _Token(match.start(), match.end(), match[1] == "/", name, attributes, closed)
        if name in _RAW or name == "plaintext":
            return self._take_raw(token)
        if name in _TO_BE_CLOSED and not closed:
            self._pair(token)
        self._tokens.append(token)
        return token.end

    def _pair(self, token: _Token) -> None:
        waiting = self._waiting.setdefault(token.name, [])
        if not token.closing:
            waiting.append(len(self._tokens))
        elif waiting:
            waiting.pop()

    def _take_raw(self, token: _Token) -> int:
        """Drop the content of scripts, styles and frames."""
        if token.closing or token.name == "plaintext":
            return self._drop(token.start, token.end)
        end = -1 if token.closed else self._end_of_raw(token)
        if token.name == "xmp" and end >= 0:
            self._tokens.append(token)
            self._tokens.append(_Token(end, end, True, "xmp"))
            return end
        kept = token.name == "iframe"
        if end < 0:
            end = self._end_without_end(token)
        self._tokens.append(token._replace(end=end, name="iframe" if kept else "", closed=True))
        return end

    def _end_of_raw(self, token: _Token) -> int:
        if token.name in self._never:
            return -1
        found = re.compile(rf"</{token.name}\b", re.IGNORECASE).search(self._html, token.end)
        if found is None:
            self._never.add(token.name)
            return -1
        return found.start()

    def _end_without_end(self, token: _Token) -> int:
        """Return where an unclosed element ends; a script ends at the next content tag."""
        if token.closed or token.name not in ("script", "style"):
            return token.end
        content = _CONTENT.search(self._html, token.end)
        return content.start() if content else len(self._html)

    # Writing the result.

    def _written(self, token: _Token, is_unclosed: bool) -> str:
        name = token.name
        if not name:
            return " " if self._bounded and token.closing else ""
        if name == "table":
            self._tables = max(0, self._tables + (-1 if token.closing else 1))
        elif name in _TABLE_PARTS and not self._tables:
            name = "div"
        if token.closing:
            return self._close(name) if self._bounded else f"</{name}>"
        if is_unclosed and name not in _SHOWN_WITHOUT_AN_END:
            return ""
        written = f"<{name}{token.attributes}>"
        if name in VOID:
            return written
        if is_unclosed or (token.closed and (name != "a" or "href" not in token.attributes)):
            return f"{self._make_room(name)}{written}</{name}>"
        if name == "table" and _BARE_TEXT.match(self._html, token.end):
            written += "<tr><td>"  # it would move before the table
        return self._open_one(name, written) if self._bounded else written

    def _open_one(self, name: str, written: str) -> str:
        before = self._make_room(name)
        if len(self._open) >= MAX_DEPTH:
            return before + " "
        self._open.append(name)
        return before + written

    def _make_room(self, name: str) -> str:
        """Return the end tags that a browser implies before this element."""
        if not self._bounded or not self._open:
            return ""
        if name in _P_ENDS and self._open[-1] == "p":
            return self._close("p")
        group = _GROUPS.get(name, frozenset())
        for at in range(len(self._open) - 1, -1, -1) if group else ():
            if self._open[at] in group:
                return self._close_down_to(at)
            if self._open[at] in _GROUP_EDGES:
                break
        return ""

    def _close(self, name: str) -> str:
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at] == name:
                return self._close_down_to(at)
        return " "

    def _close_down_to(self, at: int) -> str:
        closed = "".join(f"</{name}>" for name in reversed(self._open[at:]))
        del self._open[at:]
        return closed
