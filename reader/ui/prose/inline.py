"""The inline parts of Markdown as styled spans: emphasis, code, links, images.

Nothing is dropped: unknown syntax is shown as written, and text that would take too long to parse
is not parsed.
"""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.ui.prose.added import image
from reader.ui.prose.parser import parser_class
from reader.ui.prose.wrap import Span, Styles

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MOST_COST = 4_000
"""Bound on parsing, in stops of up to 5 µs; denser text is shown as written."""
_BRACKET_COST = 10
_DEEPEST = 20

_MARKS = re.compile(r"[*_`\[<&\\~\n\t]|  |https?://")
_STOPS = re.compile(r"[!#$%&*+:<=>@[\]\\^_`{}~\n-]")
"""Characters at which the parser stops to try its rules."""
_SPACES = re.compile(r"[ \t\n]+")
_TO_SPACES = str.maketrans("\t\n", "  ")
_URL = re.compile(r"https?://[^\s<>\"`|]+")
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)

_STYLES = {"em_open": "em", "strong_open": "strong", "s_open": "strike"}

References = MutableMapping[str, Any]
"""The parser's environment; pieces of one text share it."""


class Link(NamedTuple):
    """A link of the article with its label there."""

    label: str
    url: str


def defuse(text: str) -> str:
    """Return the text with U+FFFD for each control character and bidi override.

    Outside text was cleaned when it came in, but Markdown can write such characters in ASCII:
    `&#x202e;`, or `%1b` in a link.
    """
    return _UNSAFE.sub("\ufffd", text)


def is_too_dense(content: str) -> bool:
    """Return whether the text has so many marks that parsing them would take noticeably long."""
    if len(content) < MOST_COST // _BRACKET_COST:
        return False
    stops = sum(1 for _ in _STOPS.finditer(content))
    return stops + _BRACKET_COST * content.count("[") > MOST_COST


def references(defined: Mapping[str, str]) -> References:
    """Return reference links in the form of the parser. defined: URLs by normal label."""
    return {"references": {label: {"href": url, "title": ""} for label, url in defined.items()}}


def inline_spans(content: str, styles: Styles, known: References) -> list[Span]:
    """Return the spans of a paragraph, a heading or a cell; a line break in it is a newline.

    styles: those of the block. known: the reference links of the whole text.
    """
    if _MARKS.search(content) is None:
        return [Span(content, styles)]
    if is_too_dense(content):
        return [Span(_SPACES.sub(" ", content), styles)]
    tokens: list[Token] = []
    parser = _parser()
    parser.inline.parse(content, parser, known, tokens)
    return list(_Spans(styles).of(tokens))


def may_link(source: str, known: References) -> bool:
    """Return whether a piece of source may contain links."""
    may_refer = "]" in source and bool(known["references"])
    return may_refer or "](" in source or "://" in source or ("<" in source and "@" in source)


def links(spans: list[Span]) -> Iterator[Link]:
    """Yield the links in the spans, in order."""
    label, url = "", ""
    for span in [*spans, Span("")]:
        if span.target == url:
            label += span.text
            continue
        if url:
            yield Link(label, url)
        label, url = span.text, span.target


@cache
def _parser() -> "MarkdownIt":
    class LiteralLinks(parser_class()):  # type: ignore[misc] # a base that is known at run time
        """A parser that keeps URLs as they were written, for the user and the check at opening."""

        def normalizeLink(self, url: str) -> str:  # noqa: N802
            return url

        def normalizeLinkText(self, link: str) -> str:  # noqa: N802
            return link

    parser = LiteralLinks("commonmark", {"html": True, "maxNesting": _DEEPEST})
    parser.enable("strikethrough")
    return parser


class _Spans:
    """Spans collected from inline tokens, with the styles and the link that are open."""

    def __init__(self, styles: Styles) -> None:
        self._styles = [styles]
        self._target = ""
        self._labelled = True

    def of(self, tokens: "list[Token]") -> Iterator[Span]:
        text = ""
        for token in tokens:
            # Entities and escapes come as tokens of their own, in the middle of a URL too.
            if token.type in ("text", "text_special", "softbreak"):
                text += token.content or ("\n" if token.type == "softbreak" else "")
                continue
            yield from self._text(text)
            text = ""
            yield from self._token(token)
        yield from self._text(text)

    def _text(self, text: str) -> Iterator[Span]:
        text = _SPACES.sub(" ", _flat(text))
        if not text:
            return
        self._labelled = True
        styles = self._styles[-1]
        if self._target or "://" not in text:
            yield Span(text, styles, self._target)
            return
        yield from _with_bare_urls(text, styles)

    def _token(self, token: "Token") -> Iterator[Span]:
        if token.type in _STYLES:
            self._open(_STYLES[token.type])
        elif token.type == "link_open":
            self._open("link")
            self._target, self._labelled = str(token.attrs.get("href", "")), False
        elif token.nesting < 0:
            if token.type == "link_close":
                yield from self._end_of_link()
            self._styles.pop()
        else:
            self._labelled = True
            yield self._leaf(token)

    def _open(self, name: str) -> None:
        styles = self._styles[-1]
        self._styles.append(styles if name in styles else (*styles, name))

    def _end_of_link(self) -> Iterator[Span]:
        if not self._labelled:
            yield Span(_flat(self._target), self._styles[-1], self._target)
        self._target = ""

    def _leaf(self, token: "Token") -> Span:
        styles = self._styles[-1]
        content = _flat(token.content)
        if token.type == "hardbreak" or _LINE_BREAK.fullmatch(content):
            return Span("\n", styles)
        if token.type == "image":
            url = str(token.attrs.get("src", ""))
            label = content.strip() or _flat(url)
            return Span(image(label), (*styles, "image"), self._target or url)
        name = "code" if token.type == "code_inline" else "html"
        return Span(content, (*styles, name), self._target)


def _flat(text: str) -> str:
    """Return the text without unsafe characters, on one line."""
    return defuse(text.translate(_TO_SPACES))


def _with_bare_urls(text: str, styles: Styles) -> Iterator[Span]:
    at = 0
    for match in _URL.finditer(text):
        url = _without_punctuation(match[0])
        if match.start() > at:
            yield Span(text[at : match.start()], styles)
        yield Span(url, (*styles, "link"), url)
        at = match.start() + len(url)
    if at < len(text):
        yield Span(text[at:], styles)


def _without_punctuation(url: str) -> str:
    """Return the URL without the punctuation or closing bracket of the sentence around it."""
    url = url.rstrip(".,:;!?'*_~…»”’")
    body = url.rstrip(")")
    unclosed = max(0, body.count("(") - body.count(")"))
    return url[: len(body) + unclosed]
