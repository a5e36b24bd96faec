"""feedparser's own parsers with bounds: without them, some of their work is quadratic.

Measured on documents of 600 kB: 36 s for an element of 60,000 attributes, minutes for an item of
22,000 categories or for an author that is one long word. It cannot be interrupted, as it holds the
GIL, so one source would stop all others.
"""

import io
import re
import xml.sax
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.encodings import convert_to_utf8
from feedparser.sanitizer import replace_doctype

from reader.formats.feeds.lean_feed import Lean
from reader.formats.page import NotAPage
from reader.i18n import _, grouped

MAX_ELEMENTS = 100_000
"""Maximum elements: ten for each of the most items of a page."""

MAX_ATTRIBUTES = 100
"""Maximum attributes of one element."""

MAX_NAMESPACES = 200
MAX_TAGS = 200
"""Maximum tags of one entry; more are left out."""

MAX_TEXTS = 40
"""Maximum texts of one entry, titles among them; more are left out."""

MAX_BASE = 500
"""Maximum characters of a base address, which could grow with every element."""

MAX_AUTHOR = 300
"""Characters of an author in which an address is searched; a longer one stays as written."""

MAX_DAMAGED = 4 * 1024 * 1024
"""Maximum bytes of a document that is not well-formed, which is parsed by slower means."""

MAX_SIGNS = 300_000
"""Maximum `<` in such a document: of elements and of text that looks like one."""

MAX_BLANKS = 1_000
"""Maximum consecutive pieces of white space at the beginning of an element."""


_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")


class TooMuch(NotAPage):
    """The feed exceeds a bound."""


class Told(NamedTuple):
    """A text of an entry and the element that it came from, which feedparser forgets."""

    element: str
    """Name of the element with its usual prefix, such as `content:encoded`."""
    type: str
    """MIME type, as feedparser understands it."""
    declared: str
    """The type in the document, empty if there is none."""
    text: str
    base: str
    """Address to which relative ones belong, empty if the document has none."""
    source: str
    """Address of a content that is stored elsewhere."""


def parse_feed(data: bytes, content_type: str, url: str = "") -> Mapping[str, Any]:
    """Return what `feedparser.parse` makes of bytes. Raises TooMuch, and what feedparser raises.

    And, as `told`, a list of its texts for each entry. url: base of a relative `xml:base`.
    """
    headers = {"content-type": content_type} if content_type else {}
    result: dict[str, Any] = {"bozo": False}
    data = convert_to_utf8(headers, data, result)
    version, data, entities = replace_doctype(data)
    parser = _strictly(data, url) if result.get("encoding") else None
    if parser is None:
        _check_damaged(data)
        parser = _Loose("", None, "utf-8", entities)
        _set_up(parser, url)
        parser.feed(data.decode("utf-8", "replace"))
    return {
        "feed": parser.feeddata,
        "entries": parser.entries,
        "told": parser.told,
        "version": version or parser.version,
    }


def _strictly(data: bytes, url: str) -> "_Strict | None":
    """Return the feed, None if it is not well-formed."""
    parser = _Strict("", None, "utf-8")
    _set_up(parser, url)
    reader = xml.sax.make_parser()  # noqa: S317 - no doctype is left, see `replace_doctype`
    reader.setFeature(xml.sax.handler.feature_namespaces, True)
    reader.setFeature(xml.sax.handler.feature_external_ges, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = xml.sax.xmlreader.InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        reader.parse(source)
    except xml.sax.SAXException:
        return None
    return parser


def _set_up(parser: Any, url: str) -> None:
    """Set the parser up; texts of entries are cleaned later, by us."""
    parser.resolve_relative_uris = parser.sanitize_html = False
    parser.url = url
    parser.told = []
    parser.prepare()


class _Bounded(Lean):
    """Base of both parsers: counts elements and checks bounds."""

    _elements = 0
    _element = ""
    _pushed: tuple[str, str] = ("", "")
    told: list[list[Told]]
    url: str

    def unknown_starttag(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """Begin an element. Raises TooMuch."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise TooMuch(
                _("the feed has more than {number} elements, far more than a feed needs").format(
                    number=grouped(MAX_ELEMENTS)
                )
            )
        _check_attributes(len(attributes))
        self._element = tag.lower()
        if any(name.lower() == "xml:base" for name, _rest in attributes):
            attributes = [self._with_base(each) for each in attributes]
        super().unknown_starttag(tag, attributes)

    def _with_base(self, attribute: tuple[str, str]) -> tuple[str, str]:
        """Return an attribute; make a relative base absolute, which feedparser does not accept."""
        name, value = attribute
        if name.lower() != "xml:base" or not self.url:
            return attribute
        before: str = self.baseuri
        try:
            base = urljoin(urljoin(self.url, before), value.strip())
        except ValueError:
            return name, before
        return name, base if len(base) <= MAX_BASE else before

    def push_content(self, tag: str, attrs_d: Any, *rest: Any) -> None:
        """Begin a text, and note which element it is in."""
        self._pushed = (self._element, str(attrs_d.get("type") or ""))
        super().push_content(tag, attrs_d, *rest)

    def pop_content(self, tag: str) -> Any:
        """End a text as feedparser does, and keep what is known of it before that is cleared."""
        parameters = self.contentparams
        value = self.pop(tag)
        self.incontent -= 1
        if self.inentry and not self.insource:
            self._tell(value, parameters)
        parameters.clear()
        return value

    def _end_itunes_image(self) -> None:
        """Keep an image's address that is written between the tags."""
        self._note_image(self.pop("itunes_image"))

    def _end_image(self) -> None:
        value = self.pop("image")
        self.inimage = 0
        if self.inentry:
            self._note_image(value)

    def _note_image(self, address: Any) -> None:
        if isinstance(address, str) and _ADDRESS.fullmatch(address):
            self._get_context().setdefault("image", {"href": address})

    def _tell(self, value: Any, parameters: Any) -> None:
        source = str(dict.get(parameters, "src") or "")
        if not isinstance(value, str) or not (value or source):
            return
        while len(self.told) < len(self.entries):
            self.told.append([])
        if len(self.told[-1]) >= MAX_TEXTS:
            return
        element, declared = self._pushed
        type, base = (str(dict.get(parameters, name) or "") for name in ("type", "base"))
        self.told[-1].append(Told(self._usual(element), type, declared, value, base, source))

    def _usual(self, element: str) -> str:
        """Return the name with feedparser's prefix for its namespace."""
        prefix, colon, name = element.rpartition(":")
        if colon:
            prefix = self.namespacemap.get(prefix, prefix)
        return f"{prefix}:{name}" if prefix else name

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        """Note a namespace. Raises TooMuch."""
        if len(self.namespaces_in_use) > MAX_NAMESPACES:
            raise TooMuch(
                _("the feed has more than {number} namespaces, far more than a feed needs").format(
                    number=MAX_NAMESPACES
                )
            )
        super().track_namespace(prefix, uri)

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        """End an element. Raises TooMuch."""
        if self.elementstack:
            _refuse_blanks(self.elementstack[-1][2])
        return super().pop(element, strip_whitespace)

    def _add_tag(self, term: Any, scheme: Any, label: Any) -> None:
        if len(self._get_context().get("tags", ())) < MAX_TAGS:
            super()._add_tag(term, scheme, label)

    def _sync_author_detail(self, key: str = "author") -> None:
        author = dict.get(self._get_context(), key)
        if not author or len(author) <= MAX_AUTHOR:
            super()._sync_author_detail(key)


# feedparser has no types.
class _Strict(_Bounded, StrictFeedParser):  # type: ignore[misc]
    """feedparser's parser of well-formed XML, bounded."""

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802
        """Begin an element. Raises TooMuch."""
        _check_attributes(len(attrs))
        super().startElementNS(name, qname, attrs)


# feedparser has no types.
class _Loose(_Bounded, LooseFeedParser):  # type: ignore[misc]
    """feedparser's parser of damaged XML, bounded."""


def _check_attributes(count: int) -> None:
    if count > MAX_ATTRIBUTES:
        raise TooMuch(
            _(
                "the feed has an element of more than {number} attributes, "
                "far more than a feed needs"
            ).format(number=MAX_ATTRIBUTES)
        )


def _check_damaged(data: bytes) -> None:
    if len(data) > MAX_DAMAGED or data.count(b"<") > MAX_SIGNS:
        raise NotAPage(_("the feed is damaged, and too large to read anyway"))


def _refuse_blanks(pieces: list[Any]) -> None:
    """Refuse many blanks: feedparser removes those of XHTML one by one, moving all that follow."""
    if len(pieces) > MAX_BLANKS and not any(piece.strip() for piece in pieces[:MAX_BLANKS]):
        raise TooMuch(
            _("the feed has more than {number} pieces of space, far more than a feed needs").format(
                number=grouped(MAX_BLANKS)
            )
        )
