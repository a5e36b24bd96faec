"""OPML, in which readers of feeds exchange their subscriptions. Pure: bytes in, values out."""

from collections.abc import Iterable
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from reader.errors import CryptoreadError
from reader.subscriptions import (
    MAX_NAME,
    MAX_SUBSCRIPTIONS,
    Kind,
    Subscription,
    is_web,
    kind_of,
    name_for,
)
from reader.text import clean_line

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 32


class NotOpml(CryptoreadError):
    """These bytes are no list of subscriptions."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"is no OPML: {reason}")


class TooManySources(NotOpml):
    def __init__(self) -> None:
        most = f"{MAX_SUBSCRIPTIONS:,} sources"
        CryptoreadError.__init__(self, f"names more than {most}, which are the most to follow")


def read_opml(data: bytes) -> tuple[Subscription, ...]:
    """What the list names, in its order, each address once; names are made unique.

    Raises NotOpml. A document type and entities are refused, whatever they say.
    """
    if len(data) > MAX_BYTES:
        raise NotOpml(f"it is larger than {MAX_BYTES // 1024**2} MiB")
    outlines = _Outlines()
    parser = expat.ParserCreate()
    parser.StartElementHandler = outlines.begin
    parser.EndElementHandler = outlines.end
    parser.StartDoctypeDeclHandler = outlines.refuse_doctype
    parser.EntityDeclHandler = outlines.refuse_doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotOpml(f"line {error.lineno} is not well-formed XML") from error
    except (ValueError, LookupError) as error:  # an encoding that Python has not
        raise NotOpml("its encoding is unknown") from error
    if not outlines.is_opml:
        raise NotOpml("it has no element <opml>")
    return _unique(outlines.found)


def write_opml(subscriptions: Iterable[Subscription]) -> str:
    """A document that `read_opml` gives back; folders and files are of this machine alone."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += ["<head><title>cryptoread</title></head>", "<body>"]
    for name, url, kind in subscriptions:
        if is_web(url):
            form = "rss" if kind is Kind.FEED else kind.value
            title = quoteattr(name)
            lines.append(
                f'<outline type="{form}" text={title} title={title} xmlUrl={quoteattr(url)}/>'
            )
    return "\n".join([*lines, "</body>", "</opml>", ""])


class _Outlines:
    def __init__(self) -> None:
        self.found: list[Subscription] = []
        self.is_opml = False
        self._depth = 0

    def begin(self, element: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self.is_opml = self.is_opml or (self._depth == 1 and element.lower() == "opml")
        if self._depth > MAX_DEPTH:
            raise NotOpml("it is nested far deeper than any list of subscriptions")
        if len(self.found) > MAX_SUBSCRIPTIONS:
            raise TooManySources
        given = {name.lower(): value for name, value in attributes.items()}
        if element.lower() == "outline" and (url := given.get("xmlurl", "").strip()):
            name = clean_line(given.get("title") or given.get("text") or "")[:MAX_NAME]
            is_json = given.get("type", "").lower() == Kind.NEWS_JSON
            # Never a file's word for it: whatever is of the kind `coindesk` is sent a key.
            kind = Kind.NEWS_JSON if is_json else kind_of(url) if is_web(url) else Kind.FEED
            self.found.append(Subscription(name, url, kind))

    def end(self, _element: str) -> None:
        self._depth -= 1

    def refuse_doctype(self, *_: object) -> None:
        raise NotOpml("it declares a document type, which a list of subscriptions never needs")


def _unique(found: Iterable[Subscription]) -> tuple[Subscription, ...]:
    urls: set[str] = set()
    names: set[str] = set()
    kept = []
    for each in found:
        if each.url in urls:
            continue
        name = each.name
        if not name or name.casefold() in names:
            name = _numbered(name or name_for(each.url), names)
        urls.add(each.url)
        names.add(name.casefold())
        kept.append(each._replace(name=name))
    return tuple(kept)


def _numbered(name: str, names: set[str]) -> str:
    number, made = 2, name
    while made.casefold() in names:
        made, number = f"{name} {number}", number + 1
    return made
