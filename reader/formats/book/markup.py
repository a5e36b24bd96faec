"""The Markdown of an article as XHTML that can load nothing and run nothing.

HTML in a text is shown as it was written, pictures become links, and links lead to addresses that
`reader.browser` would open.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape as escape_html
from typing import TYPE_CHECKING

from reader.article import UNKNOWN_LANG
from reader.browser import UrlRefused, check, deceives, host
from reader.i18n import _

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MOST_CHARS = 300_000
"""Longer texts are shown as they were written."""

MOST_MARKS = 30_000
"""Characters that may be marks of Markdown; with more of them a text is shown as it was written."""

_MARKS = re.compile(r"[\[\]*_`<&!~|]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_LOWEST_HEADING = 6
_NOT_IN_XML = re.compile(
    "[^\t\n\x20-\x7e\x85\xa0-\u2027\u202f-\u2065\u2070-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd"
    "\U00010000-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd\U000e0100-\U000e01ef]"
)
"""What XML cannot hold, and characters that reorder what is shown."""


def escape(text: str) -> str:
    """Return plain text as XHTML, also for the values of attributes."""
    return escape_html(_NOT_IN_XML.sub("\ufffd", text))


def language(lang: str) -> str:
    """Return a language as XML may name it; `und` for a text that is not the name of one."""
    return lang if _LANGUAGE.fullmatch(lang) else UNKNOWN_LANG


def body_markup(text: str, below: int) -> str:
    """Return Markdown as XHTML whose headings are below a level. Takes linear time."""
    too_many = len(text) > MOST_CHARS or sum(1 for _found in _MARKS.finditer(text)) > MOST_MARKS
    if too_many:
        return f"<pre>{escape(text)}</pre>\n"
    parser = _parser()
    tokens = parser.parse(text)
    _lower_headings(tokens, below)
    for token in tokens:
        if token.children:
            token.children = list(_harmless(token.children))
    markup = str(parser.renderer.render(tokens, parser.options, {}))
    return _NOT_IN_XML.sub("\ufffd", markup)


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True})
    return parser.enable(["table", "strikethrough"])


def _lower_headings(tokens: "Sequence[Token]", below: int) -> None:
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = below + 1 - min(levels, default=1)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(_LOWEST_HEADING, int(token.tag[1]) + shift)}"


def _harmless(tokens: "Sequence[Token]") -> "Iterator[Token]":
    """Yield inline tokens without pictures and without links that are not opened."""
    address, label = "", ""
    for token in tokens:
        match token.type:
            case "link_open":
                address, label = _address(token.attrGet("href")), ""
                if address:
                    token.attrs = {"href": address}
                    yield token
            case "link_close":
                if address and deceives(label, address):
                    yield _text(f" ({host(address)})")
                if address:
                    yield token
                address = ""
            case "image":
                label += token.content
                yield from _picture(token, is_within_link=bool(address))
            case _:
                label += token.content
                yield token


def _picture(token: "Token", *, is_within_link: bool) -> "Iterator[Token]":
    from markdown_it.token import Token as NewToken

    label = token.content or _("picture")
    shown = _text(f"[{label}]")
    address = "" if is_within_link else _address(token.attrGet("src"))
    if not address:
        yield shown
        return
    yield NewToken("link_open", "a", 1, attrs={"href": address})
    yield shown
    yield NewToken("link_close", "a", -1)


def _address(url: object) -> str:
    """Return the address as a browser may get it; empty if it is not opened."""
    try:
        return check(str(url))
    except UrlRefused:
        return ""


def _text(content: str) -> "Token":
    from markdown_it.token import Token as NewToken

    return NewToken("text", "", 0, content=content)


def link(url: str, label: str) -> str:
    """Return a link as XHTML; its label alone if the address is not opened."""
    address = _address(url)
    return f'<a href="{escape(address)}">{escape(label)}</a>' if address else escape(label)
