"""HTML of feeds to Markdown, and what else is to be got out of it. Pure, bounded, never raises.

What runs, tracks or styles is dropped; text, links, images and tables stay. Loads BeautifulSoup
and markdownify, and so belongs to a sync, not to a start.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from textwrap import indent
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from reader.formats.html_paragraphs import Attributes, simple_markdown
from reader.text import clean, clean_line, without_blank_lines

MAX_HTML = 512 * 1024
"""Characters of one text; the longest article has an eighth of that."""

MAX_DEPTH = 40
"""Elements in one another. What is deeper keeps its text; markdownify recurses once a level."""

MAX_ELEMENTS = 5_000
"""Of one text, beyond which only its words are kept."""

_MAX_GROWTH = 4
"""Markdown repeats a quote's sign on every line, so that nesting may multiply it."""

_TAG = re.compile(
    r"</?(?:a|abbr|article|aside|b|blockquote|br|center|code|div|em|figure|font|h[1-6]|hr|i|iframe"
    r"|img|li|ol|p|picture|pre|q|s|script|section|small|span|strong|style|sub|sup|table|tbody|td"
    r"|th|tr|tt|u|ul|video)\b[^<>]*>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]{0,31})([^<>]*)>?")
# Comments, declarations, scripts: to the end where nobody closes them.
_INVISIBLE = re.compile(
    r"<!--(?:(?!-->).)*+(?:-->)?|<[!?][^<>]*+>?"
    r"|<(script|style|noscript|template|textarea|svg)\b(?:(?!</\1).)*+",
    re.IGNORECASE | re.DOTALL,
)
_VOID = frozenset(
    [
        "area",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_CLOSED_BY_THE_NEXT = frozenset(["p", "li", "td", "th", "tr", "dt", "dd", "option"])
_DISSOLVED = frozenset(("thead", "tbody", "tfoot"))
_ONE_DIGIT = re.compile("[1-9]")
_START = re.compile("[0-9]{1,6}")
_DROPPED = frozenset(
    [
        "applet",
        "audio",
        "base",
        "button",
        "canvas",
        "embed",
        "form",
        "frame",
        "frameset",
        "head",
        "iframe",
        "input",
        "link",
        "meta",
        "noscript",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "video",
    ]
)
_BEACONS = re.compile(
    r"(?:^|\.)(?:doubleclick\.net|feedsportal\.com|google-analytics\.com|googletagmanager\.com"
    r"|pixel\.wp\.com|quantserve\.com|scorecardresearch\.com|stats\.wordpress\.com|facebook\.com)$"
    r"|^(?:pixel|beacon|track|tracking|stats)\."
)
_BEACON_PATHS = re.compile(r"^/(?:~r/|~ff/|pixel\b|beacon\b|tr/?$|b\.gif)|/(?:pixel|1x1|blank)\.")
_TINY = re.compile(r"\s*0*[01](?:px)?\s*", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|(?:^|[;\s])(?:width|height)\s*:\s*[01]px", re.IGNORECASE)
_UNFIT = re.compile(r"[\s<>\"\\^`{|}\x00-\x20\x7f-\x9f]")
_BLANK_LINES = re.compile(r"\n{3,}")
_LONG_SPACE = re.compile(r"([ \t]{32,}+)|\s{32,}+")
# What Markdown would take for a heading, a quote, a list, a rule, a fence or a tag.
_BLOCK_SIGN = re.compile(
    r"^( {0,3})(?=#{1,6}(?:\s|$)|>|[-+](?:\s|$)|=+\s*$|-{3,}\s*$|~{3})|(?=<[a-zA-Z/!?])",
    re.MULTILINE,
)
_NUMBER_SIGN = re.compile(r"^( {0,3}[0-9]{1,9})(?=[.)](?:\s|$))", re.MULTILINE)
_PIECES_OF_MARKDOWN = (
    (re.compile(r"!\[[^\[\]]*\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"), ""),
    (re.compile(r"\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    (re.compile(r"^ {0,3}(?:#{1,6} |> ?|[-*+] )+", re.MULTILINE), ""),
    (re.compile(r"(?<!\\)(?:\*\*|\*|~~|`+)"), ""),
    (re.compile(r"\\([-\\`*_{}\[\]()#+.!<>~|=&])"), r"\1"),
)


class Text(NamedTuple):
    """What HTML held: its Markdown, and the address of its first image, empty where none."""

    markdown: str
    image: str = ""


def is_html(text: str) -> bool:
    """Whether it has a tag that texts have; `<5%` and `[BTC]` are none."""
    return _TAG.search(text) is not None


def to_markdown(html: str, base: str = "") -> Text:
    """Cleaned Markdown of a piece of HTML. base: the address that relative ones start from."""
    html = html[:MAX_HTML].replace("\0", "")
    if not is_html(html):
        return Text(escape_blocks(without_blank_lines(clean(unescape(html)))))
    # Long runs of space cost markdownify their square.
    html = _LONG_SPACE.sub(lambda run: " " if run[1] else "\n\n", _INVISIBLE.sub("", html))
    if (simple := _simple(html, base)) is not None:
        return simple
    bounded = _bounded(html)
    if bounded is None:
        return Text(_tidy(escape_blocks(unescape(_ANY_TAG.sub(" ", html)))))
    soup = BeautifulSoup(bounded, "html.parser", element_classes={Tag: _Tag})
    image = _prune(soup, base)
    return Text(_tidy(_converted(soup, len(html))), image)


def to_line(text: str) -> str:
    """A title: without tags, its entities read, cleaned, on one line."""
    text = text[:MAX_HTML]
    if "&" in text:
        text = unescape(text)
    # Twice, for the title of an RSS item is often escaped HTML of escaped HTML.
    if _ENTITY.search(text):
        text = unescape(text)
    return clean_line(_TAG.sub("", text) if "<" in text else text)


def plain(markdown: str) -> str:
    """The words of Markdown that `to_markdown` made, on one line."""
    for pattern, replacement in _PIECES_OF_MARKDOWN:
        markdown = pattern.sub(replacement, markdown)
    return clean_line(markdown)


def escape_blocks(text: str) -> str:
    """Plain text as Markdown: no line of it becomes a heading, a quote, a list or a rule."""
    return _NUMBER_SIGN.sub(r"\1\\", _BLOCK_SIGN.sub(_escaped, text))


def _escaped(sign: re.Match[str]) -> str:
    return f"{sign[1] or ''}\\"


def web_address(address: object, base: str = "") -> str:
    """The address made absolute where it is one of the web: http(s), with a host; else empty."""
    if not isinstance(address, str) or not address or len(address) > 4096:
        return ""
    try:
        joined = urljoin(base, address.strip())
        parts = urlsplit(joined)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            return ""
    except ValueError:
        return ""
    joined = _UNFIT.sub(lambda sign: "".join(f"%{b:02X}" for b in sign[0].encode()), clean(joined))
    return joined.replace("(", "%28").replace(")", "%29")


def _simple(html: str, base: str) -> Text | None:
    first = ""

    def image(attributes: Attributes) -> str:
        nonlocal first
        address = _image_address(attributes, base)
        if not address:
            return ""
        first = first or address
        return _image_markdown(attributes.get("alt"), address)

    def link(attributes: Attributes) -> str:
        return web_address(attributes.get("href"), base)

    markdown = simple_markdown(html, _escaped_text, image, link)
    return None if markdown is None else Text(_tidy(markdown), first)


def _escaped_text(text: str) -> str:
    return escape_blocks(text.replace("*", r"\*").replace("_", r"\_"))


def _image_markdown(label: object, address: object) -> str:
    label = re.sub(r"[\[\]\\]", "", clean_line(str(label or "")))[:300]
    return f"![{label}]({address})"


class _Tag(Tag):
    """An element whose ancestors are found fast: markdownify asks each for a `pre` above it."""

    def find_parent(self, name: object = None, *_: object, **__: object) -> Any:
        above = self.parent
        while above is not None and above.name != name:
            above = above.parent
        return above


class _Converter(MarkdownConverter):
    """Lists are numbered by what `_prune` counted; images stay in cells and headings too."""

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        del text, parent_tags
        return _image_markdown(el.get("alt"), el["src"])

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        del parent_tags
        if not (text := text.strip()):
            return "\n"
        sign = f"{el['value']}. " if "value" in el.attrs else "- "
        return f"{sign}{indent(text, ' ' * len(sign))[len(sign) :]}\n"

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n{super().convert_blockquote(el, text, parent_tags)}"  # type: ignore[misc]

    def convert_figure(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return str(self.convert_div(el, text, parent_tags))  # type: ignore[attr-defined]

    def convert_hN(  # noqa: N802 (markdownify's own name)
        self, n: int, el: Tag, text: str, parent_tags: set[str]
    ) -> str:
        if not text.strip():
            return ""
        return str(super().convert_hN(n, el, text, parent_tags))  # type: ignore[misc]

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return escape_blocks(super().escape(text, parent_tags))  # type: ignore[misc]


@lru_cache(1)
def _converter() -> _Converter:
    return _Converter(heading_style="atx", bullets="-", autolinks=False)


def _converted(soup: BeautifulSoup, size: int) -> str:
    markdown = str(_converter().convert_soup(soup))
    if len(markdown) > _MAX_GROWTH * size + 1000:
        return escape_blocks(soup.get_text(" "))
    return markdown


def _tidy(markdown: str) -> str:
    lines = [_without_trail(line) for line in clean(markdown).split("\n")]
    return without_blank_lines(_BLANK_LINES.sub("\n\n", "\n".join(lines)))


def _without_trail(line: str) -> str:
    """Two spaces at the end of a line, and no more, break it."""
    text = line.rstrip()
    return f"{text}  " if text and line[len(text) :] == "  " else text


def _bounded(html: str) -> str | None:
    """The same tags, those closed that nobody closes, none too deep; None where they are too many.

    Before a tree is made of it: that takes the square of the depth.
    """
    open_tags: list[str] = []
    count = 0

    def place(tag: re.Match[str]) -> str:
        nonlocal count
        closing, name, rest = tag[1], tag[2].lower(), tag[3]
        if name in _DISSOLVED:
            return ""
        if closing:
            return _close(open_tags, name)
        count += 1
        before = ""
        if name in _CLOSED_BY_THE_NEXT and open_tags and open_tags[-1] == name:
            before = f"</{open_tags.pop()}>"
        if name in _VOID:
            return f"{before}<{name}{rest}>"
        if len(open_tags) >= MAX_DEPTH:
            return before + " "
        open_tags.append(name)
        return f"{before}<{name}{rest}>"

    bounded = _ANY_TAG.sub(place, html)
    return bounded if count <= MAX_ELEMENTS else None


def _close(open_tags: list[str], name: str) -> str:
    if name not in open_tags:
        return ""
    closed = ""
    while True:
        last = open_tags.pop()
        closed += f"</{last}>"
        if last == name:
            return closed


def _prune(soup: BeautifulSoup, base: str) -> str:
    """Drop what must not stay and make addresses absolute; that of the first image."""
    first = ""
    for element in soup.find_all(True):
        if element.decomposed:
            continue
        if element.name in _DROPPED:
            element.decompose()
        elif element.name == "img":
            address = _kept_image(element, base)
            first = first or address
        elif element.name == "a":
            address = web_address(element.get("href"), base)
            element.attrs = {"href": address} if address else {}
        elif element.name == "ol":
            _number(element)
        elif not _ONE_DIGIT.fullmatch(str(element.get("colspan", "1"))):
            del element["colspan"]
    return first


def _number(numbered: Tag) -> None:
    start = str(numbered.get("start", ""))
    number = int(start) if _START.fullmatch(start) else 1
    for item in numbered.find_all("li", recursive=False):
        item["value"] = str(number)
        number += 1


def _kept_image(image: Tag, base: str) -> str:
    """Its address; the image is gone where it has none, or is no picture but a beacon."""
    address = _image_address(image.attrs, base)
    if address:
        image["src"] = address
    else:
        image.decompose()
    return address


def _image_address(image: Mapping[str, Any], base: str) -> str:
    """Empty where it is no picture of the web, or a beacon."""
    source = image.get("data-src") or image.get("data-lazy-src") or image.get("src")
    address = web_address(source, base)
    return "" if not address or _is_beacon(image, address) else address


def _is_beacon(image: Mapping[str, Any], address: str) -> bool:
    sizes = [str(image[name]) for name in ("width", "height") if name in image]
    if any(_TINY.fullmatch(size) for size in sizes):
        return True
    if _HIDDEN.search(str(image.get("style", ""))):
        return True
    parts = urlsplit(address)
    return bool(_BEACONS.search(parts.hostname or "") or _BEACON_PATHS.search(parts.path))
