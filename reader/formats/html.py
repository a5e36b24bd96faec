"""HTML of feeds to Markdown, titles and words. Pure, bounded, never raises.

Scripts, trackers and styles are dropped; text, links, media and tables stay. Loads an HTML parser
with the first text that has markup: during a sync, not at start-up.
"""

import re
from html import unescape
from typing import NamedTuple

from reader.formats.html_addresses import web_address
from reader.formats.html_source import MAX_DEPTH, MAX_ELEMENTS, MAX_HTML, mended, names
from reader.formats.markdown_inline import escape
from reader.formats.small_signs import lowered, numerator, raised
from reader.text import clean, clean_line, without_blank_lines

__all__ = [
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "MAX_HTML",
    "Text",
    "from_text",
    "is_html",
    "plain",
    "to_line",
    "to_markdown",
    "visible_words",
    "web_address",
]

_TAG = re.compile(
    r"</?(?:a|abbr|address|article|aside|audio|b|big|blockquote|br|center|cite|code|dd|del|details"
    r"|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|header|hr|i|iframe|img|ins|kbd"
    r"|li|main|mark|math|nav|object|ol|p|picture|pre|q|s|samp|script|section|small|source|span"
    r"|strike|strong|style|sub|summary|sup|svg|table|tbody|td|th|thead|tr|tt|u|ul|var|video|wbr)"
    r"\b[^<>]*>|</[a-zA-Z][\w:.-]{0,30}\s*>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>?")
# Comments, declarations, scripts: unclosed ones run to the end.
_INVISIBLE = re.compile(
    r"<!--(?:(?!-->).)*+(?:-->)?|<[!?][^<>]*+>?"
    r"|<(script|style|noscript|template|textarea|svg)\b(?:(?!</\1).)*+",
    re.IGNORECASE | re.DOTALL,
)
_BLANK_LINES = re.compile("\n{3,}")
_NAME = re.compile("[a-zA-Z][a-zA-Z0-9]*")
_SMALL = re.compile(r"<(su[pb])(?:\s[^<>]*)?>([^<>]*)</\1>", re.IGNORECASE)
_ALONE = frozenset(("br", "hr", "img", "wbr"))
_WITHIN_WORDS = names(
    """a abbr b big cite code em font i kbd mark q s samp small span strike strong sub sup tt u var
    wbr"""
)
_OVER_ESCAPED = re.compile(r"&(?:amp;)?(?:lt|#60|#x3c);", re.IGNORECASE)
_MOST_ESCAPED = 2
"""Maximum times that a text is unescaped."""

_WRAPPED = re.compile(r"\s*<(p|div|span)\b[^<>]*>([^<>]*)</\1>\s*", re.IGNORECASE)
_FIRST_BLOCK = re.compile(
    r"\s*<(p|div|h[1-6]|ul|ol|table|blockquote|figure|section|article|span|a|strong|b|em|i|center)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
_FIRST_WRAPPED = re.compile(
    r"\s*<(p|div|h[1-6]|ul|ol|table|blockquote|figure|section|article)\b[^<>]*>", re.IGNORECASE
)
_FIRST_VOID = re.compile(r"\s*<(?:img|br|hr)\b[^<>]*>\s*\S", re.IGNORECASE)
_ELEMENT_WITH_ADDRESS = re.compile(
    r"<a\s[^<>]*href\s*=\s*[\"']?https?://[^<>]*>[^<>]+</a>|<img\s[^<>]*src\s*=\s*[\"']?https?://",
    re.IGNORECASE,
)
_GLUED_BREAK = re.compile(r"\S<br\s*/?>|<br\s*/?>\S", re.IGNORECASE)
_PAIR = re.compile(r"<(b|strong|em|i|u|p|div|span)(?:\s[^<>]*)?>[^<>]*\w[^<>]*</\1>", re.IGNORECASE)
_PLAIN = re.compile(
    r"^ {0,12}(?:(?:#{1,6} |> ?|[-*+] )+(?:`{3,}$)?|`{3,}$)"
    r"|\\([!-/:-@\[-`{-~])"  # 1: an escaped sign
    r"|(`{1,20})(?!`)(.{1,2000}?)(?<!`)\2(?!`)"  # 3: code
    r"|!\[[^\[\]]{0,1000}\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"
    r"|\[((?:[^\[\]\\]|\\.|\[[^\[\]]{0,1000}\]){0,1000}+)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"
    r"|<(https?://[^<>\s]+)>"  # 5: an address; 4 is the label of a link
    r"|((?<!\S)\*(?!\S))"  # 6: a sign that stands alone
    r"|\*{1,3}",
    re.MULTILINE,
)
_TABLE_RULE = re.compile(r"\|(?: :?-{3,}:? \|)+")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_WORD = re.compile(r"\w+")


class Text(NamedTuple):
    """Markdown of HTML, and the address of its first image, empty if there is none."""

    markdown: str
    image: str = ""


def is_html(text: str) -> bool:
    """Return whether the text has a tag, or one that was escaped once too often.

    `<5%` and `[BTC]` are not tags.
    """
    return _TAG.search(text) is not None or _is_over_escaped(text)


def to_markdown(html: str, base: str = "") -> Text:
    """Return the cleaned Markdown of HTML, and its first image. base: of relative addresses."""
    html = html[:MAX_HTML].replace("\0", "")
    for _ in range(_MOST_ESCAPED):
        if not _is_over_escaped(html):
            break
        html = unescape(_unwrapped(html))
    if _TAG.search(html) is None:
        return Text(without_blank_lines(escape(clean(unescape(html)))))
    fit = mended(html)
    if fit is None:
        words = clean(unescape(_ANY_TAG.sub(" ", _INVISIBLE.sub("", html))))
        lines = "\n".join(" ".join(line.split()) for line in words.split("\n"))
        return Text(without_blank_lines(escape(_BLANK_LINES.sub("\n\n", lines))))
    from reader.formats.html_walk import read

    markdown, image = read(fit, base)
    return Text(without_blank_lines(clean(markdown)), image)


def from_text(text: str) -> str:
    """Return the cleaned Markdown of plain text.

    Tags, punctuation, lines and indents stay as they are written.
    """
    lines = escape(clean(text[:MAX_HTML]).expandtabs(4)).split("\n")
    written = []
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" "))
        follows = number + 1 < len(lines) and lines[number + 1].strip()
        end = "  " if line.strip() and follows else ""
        written.append("\N{NO-BREAK SPACE}" * indent + line.strip() + end)
    return without_blank_lines("\n".join(written)) if text.strip() else ""


def to_line(text: str) -> str:
    """Return a title on one line: without tags, entities decoded, cleaned.

    Deleted text is between `~~`.
    """
    text = text[:MAX_HTML]
    if "&" in text:
        text = unescape(text)
    # Twice: the title of an RSS item is often escaped HTML of escaped HTML.
    if _ENTITY.search(text):
        text = unescape(text)
    return clean_line(_without_tags(text) if "<" in text else text)


def plain(markdown: str) -> str:
    """Return the text of Markdown made by `to_markdown`, on one line.

    Deleted text is between `~~`, so that it is not taken for the present text.
    """
    if "| ---" in markdown:
        markdown = "\n".join(_without_cells(line) for line in markdown.split("\n"))
    return clean_line(_PLAIN.sub(_plain_piece, markdown))


def _plain_piece(piece: re.Match[str]) -> str:
    sign, _, code, label, address, star = piece.groups()
    if label:
        return _PLAIN.sub(_plain_piece, label)
    return sign or code or address or star or ""


def _without_cells(line: str) -> str:
    if not line.startswith("|"):
        return line
    return "" if _TABLE_RULE.fullmatch(line) else _CELL_EDGE.sub(" ", line)


def visible_words(text: str) -> list[str]:
    """Return the visible words of HTML or Markdown, in order, case-folded, without addresses."""
    markdown = to_markdown(text).markdown if is_html(text) else text
    return _WORD.findall(plain(markdown).casefold())


# Text that was escaped once too often.


def _is_over_escaped(text: str) -> bool:
    """Return whether entities hide markup. Beside real markup the author meant them."""
    if _OVER_ESCAPED.search(text) is None:
        return False
    if _TAG.search(text) is not None:
        wrapped = _WRAPPED.fullmatch(text)
        return wrapped is not None and _begins_with(_FIRST_WRAPPED, unescape(wrapped[2]))
    hidden = unescape(text)
    if _TAG.search(hidden) is None and "&" in hidden:
        hidden = unescape(hidden)
    if _TAG.search(hidden) is None:
        return False
    return (
        _begins_with(_FIRST_BLOCK, hidden)
        or _FIRST_VOID.match(hidden) is not None
        or _ELEMENT_WITH_ADDRESS.search(hidden) is not None
        or _GLUED_BREAK.search(hidden) is not None
        or len(_PAIR.findall(hidden)) > 1
    )


def _begins_with(tag: re.Pattern[str], text: str) -> bool:
    """Return whether the text begins with an element that is closed."""
    first = tag.match(text)
    return first is not None and f"</{first[1].lower()}>" in text.lower()


def _unwrapped(text: str) -> str:
    wrapped = _WRAPPED.fullmatch(text)
    return wrapped[2] if wrapped else text


# Titles.

_STRUCK = frozenset(("del", "s", "strike"))
_OPENING, _CLOSING = "\x0e", "\x0f"
"""Placeholders around deleted text, until the line is complete. No cleaned text has them."""
_NOTHING_STRUCK = re.compile(r"\x0e[\x0e\s]*\x0f+")
_BAR_AND_SUB = re.compile(r"(?:[/⁄]|&frasl;)<sub\b", re.IGNORECASE)


def _without_tags(text: str) -> str:
    """Remove the tags of elements; keep a tag without a partner: `Use <b> here`."""
    text = _SMALL.sub(_small, text)
    tags = list(_TAG.finditer(text))
    dropped = _paired(tags)
    kept, at = [], 0
    for number, tag in enumerate(tags):
        if number not in dropped:
            continue
        kept.append(text[at : tag.start()])
        at = tag.end()
        if _name(tag) in _STRUCK:
            kept.append(_CLOSING if tag[0].startswith("</") else _OPENING)
        else:
            kept.append("" if _name(tag) in _WITHIN_WORDS else " ")
    return _with_strikes("".join(kept) + text[at:])


def _with_strikes(text: str) -> str:
    """Write `~~` around deleted text, apart from the neighbouring words."""
    if _OPENING not in text:
        return text
    text = _NOTHING_STRUCK.sub(" ", text)
    text = re.sub(r"(?<=[^\s\x0e(\[{“«‘„'\"])\x0e", " \x0e", text)
    text = re.sub(r"\x0f(?=[^\s\x0f.,;:!?)\]}”»’'\"…%])", "\x0f ", text)
    text = re.sub(r"\x0e[\x0e\s]*", "~~", text)
    return re.sub(r"(?<!\s)\s*\x0f[\x0f]*", "~~", text)


def _small(element: re.Match[str]) -> str:
    inner = element[2].strip()
    before = element.string[element.start() - 1 : element.start()]
    if not inner:
        return ""
    if element[1].lower() == "sub":
        return lowered(inner, before)
    is_numerator = _BAR_AND_SUB.match(element.string, element.end())
    return numerator(inner, before) if is_numerator else raised(inner, before)


def _paired(tags: list[re.Match[str]]) -> set[int]:
    """Return the numbers of the tags that have a partner, or need none."""
    found: set[int] = set()
    waiting: dict[str, list[int]] = {}
    for number, tag in enumerate(tags):
        name = _name(tag)
        if name in _ALONE:
            found.add(number)
        elif not tag[0].startswith("</"):
            waiting.setdefault(name, []).append(number)
        elif waiting.get(name):
            found |= {waiting[name].pop(), number}
    return found


def _name(tag: re.Match[str]) -> str:
    name = _NAME.search(tag[0])
    return name[0].lower() if name else ""
