"""Tell HTML from text, and recognise HTML that was escaped once too often. Loads no parser."""

import re
from html import unescape

TAG = re.compile(
    r"</?(?:a|abbr|address|article|aside|audio|b|big|blockquote|br|center|cite|code|dd|del|details"
    r"|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|header|hr|i|iframe|img|ins|kbd"
    r"|li|main|mark|math|nav|object|ol|p|picture|pre|q|s|samp|script|section|small|source|span"
    r"|strike|strong|style|sub|summary|sup|svg|table|tbody|td|th|thead|tr|tt|u|ul|var|video|wbr)"
    r"\b[^<>]*>|</[a-zA-Z][\w:.-]{0,30}\s*>",
    re.IGNORECASE,
)
_OVER_ESCAPED = re.compile(r"&(?:amp;)?(?:lt|#60|#x3c);", re.IGNORECASE)

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


def is_html(text: str) -> bool:
    """Return whether the text has a tag, or one that was escaped once too often.

    `<5%` and `[BTC]` are not tags.
    """
    return TAG.search(text) is not None or is_over_escaped(text)


def is_over_escaped(text: str) -> bool:
    """Return whether entities hide markup. Beside real markup the author meant them."""
    if _OVER_ESCAPED.search(text) is None:
        return False
    if TAG.search(text) is not None:
        wrapped = _WRAPPED.fullmatch(text)
        return wrapped is not None and _begins_with(_FIRST_WRAPPED, unescape(wrapped[2]))
    hidden = unescape(text)
    if TAG.search(hidden) is None and "&" in hidden:
        hidden = unescape(hidden)
    if TAG.search(hidden) is None:
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


def unwrapped(text: str) -> str:
    """Return what is inside the one element that wraps a text, else the text."""
    wrapped = _WRAPPED.fullmatch(text)
    return wrapped[2] if wrapped else text
