"""Properties that a feed does not state: its key in the archive's style, its language."""

import re
from urllib.parse import urlsplit

_OF_ARCHIVE = (
    ("bloomberg.com", "/crypto", "bloomberg_crypto_"),
    ("ft.com", "/crypto", "financialtimes_crypto_"),
)
"""Host, beginning of the path, and the archive's key."""

_SERVICE_WORDS = frozenset(("www", "feeds", "feed", "rss", "blog", "news", "api", "m"))
_SECOND_LEVEL = frozenset(("co", "com", "org", "net", "gov", "edu", "ac", "in"))
_SHARED_HOSTS = re.compile(
    r"(?:^|\.)(?:medium\.com|feedburner\.com|google\.com|github\.com|reddit\.com|youtube\.com)$"
)
_UNFIT = re.compile(r"[^\w]+")
_CYRILLIC = re.compile("[а-яіїєґ]", re.IGNORECASE)
_UKRAINIAN = re.compile("[іїєґ]", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_ENGLISH_WORDS = """
the of and to in for is on with as at it its after from by this that are have will be but not how
why what than says amid over into here only new
"""
_FOREIGN_WORDS = """
der die und das ist nicht el los las una por que del les des est pour dans il che di uma não para
com
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_FOREIGN = frozenset(_FOREIGN_WORDS.split())


def source_key(url: str, name: str = "") -> str:
    """Return `cointelegraph` for `https://cointelegraph.com/rss`. Never empty; lower case.

    name: used if the host is not specific, as that of a service for many feeds.
    """
    try:
        parts = urlsplit(url)
        host, path = (parts.hostname or "").lower(), parts.path
    except ValueError:
        host, path = "", ""
    for known, begins, key in _OF_ARCHIVE:
        if host.endswith(known) and path.startswith(begins):
            return key
    if _SHARED_HOSTS.search(host):
        return _slug(name) or _slug(path) or _slug(host)
    labels = [label for label in host.split(".") if label not in _SERVICE_WORDS]
    if len(labels) < 2 or host.replace(".", "").isdigit() or ":" in host:
        return _slug(name) or _slug(host) or "feed"
    labels.pop()
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    if labels[-1] in ("substack", "wordpress", "blogspot", "mirror", "ghost") and len(labels) > 1:
        labels.pop()
    return _slug(labels[-1]) or "feed"


def language_of(text: str) -> str:
    """Guess `en`, `uk` or `ru` from the letters and small words; empty if unclear."""
    cyrillic = 0 if text.isascii() else len(_CYRILLIC.findall(text))
    if cyrillic > len(text) // 4:
        return "uk" if _UKRAINIAN.search(text) else "ru"
    words = _WORD.findall(text.lower())
    english = sum(map(_ENGLISH.__contains__, words))
    return "en" if english and english > 2 * sum(map(_FOREIGN.__contains__, words)) else ""


def _slug(text: str) -> str:
    return _UNFIT.sub("_", text.lower()).strip("_")[:40]
