"""RSS, Atom and JSON Feed 1.1 to articles.

feedparser would open addresses and files if given text: it always gets a stream of bytes. It is
loaded by the first feed, not at start-up.
"""

import re
from datetime import datetime

from reader.formats.feeds.discovery import WebPage, is_web_page
from reader.formats.page import NotAPage, Page
from reader.i18n import _

_HEAD = 4096
"""First bytes of a feed, which tell its format."""

# An empty summary beside a full text makes feedparser forget the other summary.
_EMPTY = re.compile(
    rb"<((?:[\w.-]{1,30}:)?(?:description|encoded|summary|subtitle))\b[^<>]{0,300}"
    rb"(?:(?<=/)>|(?<!/)>(?:\s|<!\[CDATA\[\s*\]\]>){0,20}</\1\s*>)"
)


def read_feed(
    data: bytes, *, url: str, name: str = "", content_type: str = "", now: datetime
) -> Page:
    """Return the page. Raises NotAPage, and nothing else, for any bytes.

    url: where it came from, after redirects; base of relative addresses and of the source's key.
    name: of the subscription; empty: the feed's own name. content_type: HTTP header, whose charset
    counts if the document names none. now: aware; dates entries without a date.
    """
    start = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise NotAPage(_("the answer is empty"))
    if start[:1] in (b"{", b"["):
        from reader.formats.feeds.json_feed import read_json_feed

        return read_json_feed(data, url=url, name=name, now=now)
    if is_web_page(start):
        raise WebPage
    if b"\0" not in start and b"<" not in start:
        raise NotAPage(_("the answer is neither XML nor JSON"))

    from reader.formats.feeds.xml_feed import read_xml_feed

    return read_xml_feed(_EMPTY.sub(b"", data), url, name, content_type, now)
