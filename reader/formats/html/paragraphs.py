"""Bodies on one long line, broken into paragraphs at ends of sentences."""

import re

from reader.formats.markdown.escape import begins_block
from reader.formats.markdown.inline import escape
from reader.text import without_blank_lines

_LONG = 500
"""Characters up to which a line is one paragraph."""

_ENOUGH = 320
"""Characters after which a paragraph may end with its sentence."""

_TOO_MUCH = 1200
"""Characters after which it ends even within a quotation."""

_FAR_TOO_MUCH = 4 * _TOO_MUCH
"""Characters after which it ends even within a link or emphasis."""

_CLOSING = "\"'”’»)\\]"
_OPENING = "\"'“‘„«(\\["
# Possessive, without backtracking: half a million dots took hours.
_END = re.compile(rf"(?<![.!?…])[.!?…]++[{_CLOSING}]*+(?=\s++[{_OPENING}]*+[^\W_a-zа-щьюяґєії])")
_LAST_WORD = re.compile(rf"([^\s{_OPENING}]+)\.[{_CLOSING}]*$")
_WORDS = """
mr mrs ms dr prof st jr sr vs etc inc corp ltd co llc plc no nos vol fig approx est dept gov sen
rep gen col capt lt rev hon pres jan feb mar apr jun jul aug sep sept oct nov dec cf al ca ph.d
млн млрд трлн тис грн руб дол коп ст стор рис табл ім вул просп обл рр див напр т.ін тобто гр ред
"""
_ABBREVIATIONS = frozenset(_WORDS.split())
"""Words, in lower case, before a full stop that does not end a sentence."""

_PAIRS = (("“", "”"), ("«", "»"), ("(", ")"))


def body_of(body: object) -> str:
    """Return a service's body, text or HTML, as Markdown in paragraphs."""
    from reader.formats.html.conversion import to_markdown
    from reader.formats.html.tags import is_html

    if not isinstance(body, str):
        return ""
    if is_html(body):
        return in_paragraphs(to_markdown(body).markdown)
    # A body without line ends is prose; another may be Markdown already.
    is_prose = "\n" not in body.strip()
    text = without_blank_lines(body)
    return in_paragraphs(escape(text) if is_prose else text)


def in_paragraphs(text: str) -> str:
    """Return the text with a long line broken at ends of sentences; others unchanged."""
    if len(text) <= _LONG or "\n" in text.strip():
        return text
    paragraphs = []
    start = 0
    for end in _sentence_ends(text):
        length = end - start
        if length < _ENOUGH or len(text) - end < _ENOUGH // 3:
            continue
        if length < _TOO_MUCH and _is_within_quotation(text[start:end]):
            continue
        if length < _FAR_TOO_MUCH and _is_within_markup(text[start:end]):
            continue
        if begins_block(text[end : end + 40].lstrip()):
            continue
        paragraphs.append(text[start:end].strip())
        start = end
    paragraphs.append(text[start:].strip())
    return "\n\n".join(paragraphs)


def _sentence_ends(text: str) -> list[int]:
    return [match.end() for match in _END.finditer(text) if not _is_abbreviated(text, match)]


def _is_abbreviated(text: str, end: re.Match[str]) -> bool:
    if not end[0].startswith(".") or end[0].startswith(".."):
        return False
    word = _LAST_WORD.search(text, max(0, end.start() - 24), end.end())
    if word is None:
        return False
    last = word[1].lower()
    # A single letter is an initial; one after a dot ends an abbreviation.
    return (
        last in _ABBREVIATIONS or len(last) == 1 or re.fullmatch(r"(?:\w\.)+\w", last) is not None
    )


def _is_within_markup(text: str) -> bool:
    """Return whether a mark of Markdown is open; counting escaped ones does no harm."""
    return text.count("*") % 2 == 1 or text.count("`") % 2 == 1 or text.count("[") > text.count("]")


def _is_within_quotation(text: str) -> bool:
    if text.count('"') % 2:
        return True
    return any(text.count(first) > text.count(last) for first, last in _PAIRS)
