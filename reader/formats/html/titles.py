"""HTML of titles to one line of text. Loads no parser."""

import re
from html import unescape

from reader.formats.html.small_signs import lowered, numerator, raised
from reader.formats.html.source import MAX_HTML, names
from reader.formats.html.tags import TAG
from reader.text import clean_line

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_NAME = re.compile("[a-zA-Z][a-zA-Z0-9]*")
_SMALL = re.compile(r"<(su[pb])(?:\s[^<>]*)?>([^<>]*)</\1>", re.IGNORECASE)
_ALONE = frozenset(("br", "hr", "img", "wbr"))
_WITHIN_WORDS = names(
    """a abbr b big cite code em font i kbd mark q s samp small span strike strong sub sup tt u var
    wbr"""
)
_STRUCK = frozenset(("del", "s", "strike"))
_OPENING, _CLOSING = "\x0e", "\x0f"
"""Placeholders around deleted text, until the line is complete. No cleaned text has them."""
_NOTHING_STRUCK = re.compile(r"\x0e[\x0e\s]*\x0f+")
_BAR_AND_SUB = re.compile(r"(?:[/⁄]|&frasl;)<sub\b", re.IGNORECASE)


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


def _without_tags(text: str) -> str:
    """Remove the tags of elements; keep a tag without a partner: `Use <b> here`."""
    text = _SMALL.sub(_small, text)
    tags = list(TAG.finditer(text))
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
