"""Make feedparser's parsers skip work that they repeat for every element and text.

The results are the same.
"""

from typing import TYPE_CHECKING, Any, NamedTuple, Self

from feedparser.urls import make_safe_absolute_uri
from feedparser.util import FeedParserDict

_ROOTS = frozenset(("feed", "rss", "rdf:RDF"))
_OF_TEXT_INPUTS = frozenset(("title", "link", "description", "name"))
_OF_IMAGES = frozenset(("title", "link", "description", "url", "href", "width", "height"))


# feedparser has no types.
class Parameters(FeedParserDict):  # type: ignore[misc]
    """Parameters of a text: flat and immutable, so that a copy can share them."""

    __getitem__ = dict.__getitem__
    __setitem__ = dict.__setitem__
    get = dict.get

    def __deepcopy__(self, _memo: Any) -> Self:
        return type(self)(self)


class _Start(NamedTuple):
    """The effect of an element without attributes."""

    method: Any
    """The parser's handler, None for an unknown element."""
    name: str
    ends_text_input: bool
    ends_image: bool


if TYPE_CHECKING:

    class _Parser:
        """What both of feedparser's parsers have and is used here: it has no types."""

        baseuri: str
        basestack: list[str]
        contentparams: Any
        depth: int
        elementstack: list[list[Any]]
        entries: list[Any]
        incontent: int
        inentry: int
        inimage: int
        insource: int
        intextinput: int
        lang: str | None
        langstack: list[str | None]
        namespacemap: dict[str, str]
        namespaces_in_use: dict[str, str]

        def unknown_starttag(self, tag: str, attributes: list[tuple[str, str]]) -> None: ...
        def track_namespace(self, prefix: str | None, uri: str) -> None: ...
        def resolve_uri(self, uri: str) -> Any: ...
        def push(self, element: str, expecting_text: int) -> None: ...
        def pop(self, element: str, strip_whitespace: int = 1) -> Any: ...
        def push_content(self, tag: str, attrs_d: Any, *rest: Any) -> None: ...
        def _get_context(self) -> dict[str, Any]: ...
        def _add_tag(self, term: Any, scheme: Any, label: Any) -> None: ...
        def _sync_author_detail(self, key: str = "author") -> None: ...

else:
    _Parser = object


class Lean(_Parser):
    """Comes before one of feedparser's parsers in the order of base classes."""

    _plain_base = ""
    """A base address that does not change when it is joined with itself."""

    def prepare(self) -> None:
        """Set up what is shared between elements."""
        self._starts: dict[str, _Start] = {}
        self.contentparams = Parameters(self.contentparams)

    def push_content(self, tag: str, attrs_d: Any, *rest: Any) -> None:
        """Begin a text, and share what is known of it."""
        super().push_content(tag, attrs_d, *rest)
        self.contentparams = Parameters(self.contentparams)

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        """Note a namespace, which may change what an element is."""
        self._starts.clear()
        super().track_namespace(prefix, uri)

    def resolve_uri(self, uri: str) -> str:
        """Return an absolute address; without a base, the address itself."""
        if not self.baseuri and ":///" not in uri:
            return uri
        return str(super().resolve_uri(uri))

    # Elements.

    def unknown_starttag(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """Begin an element as feedparser does, in fewer steps if it has no attributes."""
        if attributes or self.incontent or tag in _ROOTS:
            super().unknown_starttag(tag, attributes)
            return
        self.depth += 1
        if self.baseuri != self._plain_base:
            self._settle_base()
        self.basestack.append(self.baseuri)
        self.langstack.append(self.lang)
        start = self._starts.get(tag) or self._start(tag)
        if start.ends_text_input:
            self.intextinput = 0
        if start.ends_image:
            self.inimage = 0
        given: dict[str, str] = {}
        try:
            if start.method is not None:
                start.method(given)
                return
        except AttributeError:
            pass
        if given:
            self._get_context()[start.name] = given
        else:
            self.push(start.name, 1)

    def _settle_base(self) -> None:
        base: str = self.baseuri
        self.baseuri: str = make_safe_absolute_uri(base, base) or base
        if self.baseuri == base:
            self._plain_base = base

    def _start(self, tag: str) -> _Start:
        prefix, colon, suffix = tag.partition(":")
        if not colon:
            prefix, suffix = "", tag
        prefix = self.namespacemap.get(prefix, prefix)
        name = f"{prefix}_{suffix}" if prefix else suffix
        self._starts[tag] = start = _Start(
            getattr(self, f"_start_{name}", None),
            name,
            not prefix and tag not in _OF_TEXT_INPUTS,
            not prefix and tag not in _OF_IMAGES,
        )
        return start
