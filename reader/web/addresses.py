"""Web addresses as people, programs and servers write them, made requestable.

Pure, on the standard library alone. `subscriptions` decides whether an address may be followed.
"""

import re
from urllib.parse import quote

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

_AROUND = " \t\r\n\f\v\xa0\u200b\u2060\ufeff"
_LINE_BREAK = re.compile(r"[\t\r\n]")
_SPACE = re.compile("[ \xa0\u2000-\u200a\u202f\u205f\u3000]")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"(feeds?|rss|itpc|pcast|podcast):(?://)?(?=[^/])", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_AUTHORITY = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_LABEL = r"[^\W_][\w-]{0,62}"
_HOST_AND_PATH = re.compile(
    rf"(?P<host>localhost|\d{{1,3}}(?:\.\d{{1,3}}){{3}}|(?:{_LABEL}\.){{1,20}}"
    r"(?P<top>[^\W\d_][\w-]{1,62}))"
    r"(?::(?P<port>\d{1,5}))?(?P<rest>[/?#]|$)",
    re.IGNORECASE,
)
_FILES = re.compile(
    r"atom|gz|html?|jsonl?|markdown|md|opml|rdf|rss|tar|toml|txt|xml|zip", re.IGNORECASE
)
"""Endings of a name without a path that is taken for a file."""


def without_feed_scheme(url: str) -> str:
    """Return the web address within `feed:https://…`, `feed://…` and the like; others unchanged.

    >>> without_feed_scheme("feed://example.org/rss")
    'http://example.org/rss'
    """
    found = _FEED_SCHEME.match(url)
    if found is None:
        return url
    inner = url[found.end() :]
    if _WEB.match(inner):
        return inner
    if _SCHEME.match(inner):
        return url
    return f"{'https' if found[1].lower() == 'feeds' else 'http'}://{inner}"


def web_address(text: str) -> str:
    """Return the address that a user, a config file or an OPML file means; else the text itself.

    As in a browser, surrounding white space and line breaks are removed, and a space in the path is
    escaped. `feed:` is removed; a host without a scheme gets one: https, but http on this machine
    and with a port. A web address is not changed.
    """
    url = without_feed_scheme(_LINE_BREAK.sub("", text.strip(_AROUND)))
    if not _WEB.match(url):
        found = _HOST_AND_PATH.match(url)
        if found is None or _is_file(found):
            return text
        is_plain = found["port"] not in (None, "443") or found["host"].lower() in THIS_MACHINE
        url = f"{'http' if is_plain else 'https'}://{url}"
    authority = _AUTHORITY.match(url)
    end = authority.end() if authority else 0
    return url[:end] + _SPACE.sub(lambda space: quote(space[0]), url[end:])


def _is_file(found: re.Match[str]) -> bool:
    return not found["rest"] and _FILES.fullmatch(found["top"] or "") is not None
