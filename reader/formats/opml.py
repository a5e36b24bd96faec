"""OPML, in which feed readers exchange subscriptions. Pure: bytes in, values out.

Read leniently, as other programs write it badly: outlines are found without an XML parser, which
would stop at the first fault.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from reader.errors import CryptoreadError, Refusal
from reader.formats.charsets import text_encoding
from reader.i18n import _, grouped
from reader.subscriptions import (
    MAX_NAME,
    MAX_SUBSCRIPTIONS,
    Kind,
    Subscription,
    is_web,
    kind_of,
    name_for,
)
from reader.text import clean_line, is_visible
from reader.web.addresses import web_address

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 32
"""Maximum depth of folders."""

MAX_OUTLINES = 50_000
MAX_ATTRIBUTES = 100
MAX_REFUSALS = 1_000
MOST_ESCAPED = 3
"""Maximum times that a value is escaped; once is right."""

MAX_EXPANDED = 20_000
"""Characters of an address in which references are expanded."""
MAX_WRITTEN = 1_000
"""Characters of a name as it is written, before it is cleaned and cut."""

_ADDRESSES = ("xmlurl", "feedurl", "feed", "url", "htmlurl")
"""Attributes that may have the address, the best first."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (re.compile(rb"(?:[\t\n\r ]\0\0\0){0,999}<\0\0\0"), "utf-32-le"),
    (re.compile(rb"(?:\0\0\0[\t\n\r ]){0,999}\0\0\0<"), "utf-32-be"),
    (re.compile(rb"(?:[\t\n\r ]\0){0,999}<\0"), "utf-16-le"),
    (re.compile(rb"(?:\0[\t\n\r ]){0,999}\0<\0"), "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE)
_SEVEN_BITS = ("hz", "iso2022", "iso-2022", "utf-7", "utf7")
"""Beginnings of encodings whose bytes are ASCII: valid UTF-8 with another meaning."""

_SUBSETS_OF_WINDOWS = ("ascii", "iso8859-1")

_PREFIX = r"(?:[\w.-]{1,30}:)?"
_SIGN = re.compile(
    r"<(?:(?P<comment>!--)|(?P<data>!\[CDATA\[)|(?P<doctype>!DOCTYPE)"
    rf"|(?P<root>{_PREFIX}opml)(?=[\s/>])|(?P<end>/{_PREFIX}outline)(?=[\s>])"
    rf"|(?P<outline>{_PREFIX}outline)(?=[\s/>\"']|$))",
    re.IGNORECASE,
)
# A value ends before the next outline: a missing quote does not swallow other outlines.
_ATTRIBUTE = re.compile(
    r"[^\w<>/:.-]*+(?:/(?!>)[^\w<>/:.-]*+)*+(?P<name>[\w:.-]{1,100}+)"
    rf"(?:\s*+=\s*+(?:\"(?P<double>(?:[^\"<]++|<(?!/?{_PREFIX}outline))*+)\""
    rf"|'(?P<single>(?:[^'<]++|<(?!/?{_PREFIX}outline))*+)'"
    r"|(?P<bare>[^\s<>\"'](?:(?!/>)[^\s<>])*+)))?",
    re.IGNORECASE,
)
_REST = re.compile(r"[^<>/]*+(?:/(?!>)[^<>/]*+)*+(?P<end>/?>)?")
_DOCTYPE = re.compile(r"(?:[^\[\]<>\"']|\"[^\"]*+\"|'[^']*+')*+(?P<end>[>\[]?)")
_END_OF_COMMENT, _END_OF_DATA = re.compile("-->"), re.compile("]]>")
_END_OF_SUBSET = re.compile(r"\]\s{0,100}>")
_PLAIN_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#0{0,5}(?:38|39|34|60|62)|#x0{0,5}(?:2[267]|3[ce]));)",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


class NotOpml(CryptoreadError):
    """The bytes are not a list of subscriptions."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("is not OPML: {reason}").format(reason=reason))


class TooManySources(NotOpml):
    """The list names more sources than can be followed."""

    def __init__(self) -> None:
        reason = _("names more than {number} sources, the maximum")
        CryptoreadError.__init__(self, reason.format(number=grouped(MAX_SUBSCRIPTIONS)))


def read_opml(
    data: bytes, refuse: Callable[[Refusal], None] = lambda _refusal: None
) -> tuple[Subscription, ...]:
    """Return the subscriptions, in order, each address once, with unique names.

    refuse: called for each outline that names a source and cannot be read. An invalid address is
    returned as it is. Entities of the file's own are not expanded.

    Raises NotOpml.
    """
    if len(data) > MAX_BYTES:
        raise NotOpml(_("it is larger than {number} MiB").format(number=MAX_BYTES // 1024**2))
    reading = _Reading(_text(data))
    found: list[Subscription] = []
    refused = 0
    for outline in reading.outlines():
        if isinstance(made := _source(outline), Subscription):
            found.append(made)
            if len(found) > MAX_SUBSCRIPTIONS:
                raise TooManySources
        elif made and refused < MAX_REFUSALS:
            refused += 1
            refuse(made)
    if not found and not refused:
        _check(data, reading)
    return _unique(found)


def write_opml(subscriptions: Iterable[Subscription]) -> str:
    """Return a document that `read_opml` reads; local folders and files are left out."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += ["<head><title>cryptoread</title></head>", "<body>"]
    for name, url, kind in subscriptions:
        if is_web(url):
            form = "rss" if kind is Kind.FEED else kind.value
            title = quoteattr(clean_line(name) or clean_line(name_for(url)))
            lines.append(
                f'<outline type="{form}" text={title} title={title} xmlUrl={quoteattr(url)}/>'
            )
    return "\n".join([*lines, "</body>", "</opml>", ""])


class _Outline(NamedTuple):
    """The start tag of an outline. Attributes by name in lower case, with values as written."""

    given: dict[str, str]
    line: int
    is_whole: bool
    """Whether the tag is complete."""
    is_source: bool
    """Whether it is meant to have the address of a feed."""


class _Reading:
    """The outlines of a document, and what else it contains."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._missing: set[re.Pattern[str]] = set()
        """Ends of comments and the like that do not occur any more."""
        self.is_opml = False
        self.has_doctype = False

    def outlines(self) -> Iterator[_Outline]:
        """Yield the outlines. Raises NotOpml."""
        line, counted, count = 1, 0, 0
        while found := _SIGN.search(self._text, self._at):
            self._at = found.end()
            if found["outline"]:
                count += 1
                if count > MAX_OUTLINES:
                    raise NotOpml(
                        _("it holds more than {number} outlines").format(
                            number=grouped(MAX_OUTLINES)
                        )
                    )
                line += self._text.count("\n", counted, found.start())
                counted = found.start()
                yield self._outline(line)
            elif found["end"]:
                self._depth = max(self._depth - 1, 0)
            elif found["root"]:
                self.is_opml = True
            elif found["doctype"]:
                self.has_doctype = True
                self._skip_doctype()
            else:
                self._skip(_END_OF_COMMENT if found["comment"] else _END_OF_DATA)

    def _outline(self, line: int) -> _Outline:
        given: dict[str, str] = {}
        at = begun = self._at
        for _turn in range(MAX_ATTRIBUTES):
            if (found := _ATTRIBUTE.match(self._text, at)) is None:
                break
            at = found.end()
            value = found["double"] or found["single"] or found["bare"] or ""
            given.setdefault(found["name"].lower().rpartition(":")[2], value)
        rest = _REST.match(self._text, at)
        self._at = rest.end() if rest else at
        end = rest["end"] if rest else None
        if end != "/>" and not _address(given):
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise NotOpml(_("it is nested far deeper than any list of subscriptions"))
        return _Outline(
            given=given,
            line=line,
            is_whole=bool(end) or self._text.startswith("<", self._at),
            is_source="xmlurl" in self._text[begun : self._at].lower(),
        )

    def _skip(self, end: re.Pattern[str]) -> None:
        """Skip what is not markup; without an end it is text."""
        if end in self._missing:
            return
        if found := end.search(self._text, self._at):
            self._at = found.end()
        else:
            self._missing.add(end)

    def _skip_doctype(self) -> None:
        if found := _DOCTYPE.match(self._text, self._at):
            self._at = found.end()
            if found["end"] == "[":
                self._skip(_END_OF_SUBSET)


def _source(outline: _Outline) -> Subscription | Refusal | None:
    """Return the subscription, why it cannot be read, or None for a folder or a note."""
    given = outline.given
    kind = given.get("type", "").strip().lower()
    url = _address(given)
    times = _times_escaped(url)
    for _turn in range(times):
        url = _unescaped(url)
    name = _name(given.get("title", ""), times) or _name(given.get("text", ""), times)
    where = name or _("line {number}").format(number=outline.line)
    if not outline.is_whole:
        return Refusal(where, _("the file breaks off within it"))
    if kind == "include":
        return Refusal(where, _("it is another list: save that as a file, and import it"))
    if not url:
        is_source = outline.is_source or kind in ("rss", "atom", "feed")
        return Refusal(where, _("it has no address")) if is_source else None
    url = web_address(f"https:{url}" if url.startswith("//") else url)
    # Not from the file's own attribute: a source of kind `coindesk` is sent a key.
    is_json = kind == Kind.NEWS_JSON
    made = Kind.NEWS_JSON if is_json else kind_of(url) if is_web(url) else Kind.FEED
    return Subscription(name, url, made)


def _name(text: str, times: int) -> str:
    """Return its name. times: how often the list escapes its values; once is right."""
    text = text[:MAX_WRITTEN]
    for _turn in range(times):
        text = _unescaped(text)
    name = clean_line(text)[:MAX_NAME].strip()
    return name if is_visible(name) else ""


def _address(given: dict[str, str]) -> str:
    return next((url for name in _ADDRESSES if (url := given.get(name, "").strip())), "")


def _unescaped(value: str) -> str:
    """Expand references that end in a semicolon: a raw `&copy=1` of an address stays."""
    if "&" not in value or len(value) > MAX_EXPANDED:
        return value
    return _ENTITY.sub(lambda found: unescape(found[0]), value)


def _times_escaped(address: str) -> int:
    """Return how often an address was escaped: more than once if every `&` is escaped still."""
    for times in range(1, MOST_ESCAPED):
        address = _unescaped(address)
        if "&" not in address or _PLAIN_AMPERSAND.search(address):
            return times
    return MOST_ESCAPED


def _text(data: bytes) -> str:
    """Return the document as text: by mark, as UTF-8, as declared, else line by line."""
    if wide := _wide(data):
        return data.decode(wide, "replace").removeprefix("\ufeff")
    declared = _DECLARED.search(data[:1_000])
    name = text_encoding(declared[1].decode()).lower() if declared else ""
    if name and codecs.lookup(name).name in _SUBSETS_OF_WINDOWS:
        name = ""
    first = [name, "utf-8"] if name.startswith(_SEVEN_BITS) else ["utf-8", name]
    for encoding in filter(None, first):
        try:
            return data.decode(encoding)
        except UnicodeError:
            continue
    return "\n".join(map(_line, data.split(b"\n")))


def _wide(data: bytes) -> str:
    """Return the encoding that the first bytes show, empty if they show none."""
    marked = (encoding for mark, encoding in _MARKS if data.startswith(mark))
    unmarked = (encoding for start, encoding in _UNMARKED if start.match(data))
    return next(marked, "") or next(unmarked, "")


def _line(data: bytes) -> str:
    """Return one line of a document with mixed or wrongly declared encodings."""
    try:
        return data.decode()
    except UnicodeError:
        return data.decode("windows-1252", "replace")


def _check(data: bytes, reading: _Reading) -> None:
    """Raise NotOpml with what is wrong with a document that names nothing, if anything is."""
    if reading.has_doctype:
        raise NotOpml(_("it names sources only in its document type, which is not read"))
    try:
        expat.ParserCreate().Parse(data, True)
    except expat.ExpatError as error:
        raise NotOpml(
            _("line {number} is not well-formed XML").format(number=error.lineno)
        ) from error
    except (ValueError, LookupError) as error:  # an encoding that Python does not have
        raise NotOpml(_("its encoding is unknown")) from error
    if not reading.is_opml:
        raise NotOpml(_("it has no element <opml>"))


def _unique(found: Iterable[Subscription]) -> tuple[Subscription, ...]:
    urls: set[str] = set()
    names: set[str] = set()
    kept = []
    for each in found:
        if each.url in urls:
            continue
        name = each.name
        if not name or name.casefold() in names:
            name = _numbered(name or clean_line(name_for(each.url)) or "news", names)
        urls.add(each.url)
        names.add(name.casefold())
        kept.append(each._replace(name=name))
    return tuple(kept)


def _numbered(name: str, names: set[str]) -> str:
    number, made = 2, name
    while made.casefold() in names:
        made, number = f"{name[: MAX_NAME - 5]} {number}", number + 1
    return made
