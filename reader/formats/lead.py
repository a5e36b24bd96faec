"""The summary above a text, unless the text repeats it.

Compares words, without Markdown, case and punctuation. Loads nothing.
"""

import re
from collections.abc import Sequence

from reader.article import Article

_LOOKED_AT = 2_000
"""Characters of a text, besides its summary's length: a heading or picture may come first."""

_ADDRESS = r"!\[[^\[\]]{0,500}\]\([^()\s]*\)|(?<=\])\([^()\s]*\)|<https?:[^<>\s]*>"
_WORD = r"[^\W_]+"
_CUT_OFF = r"(\w?)(?:\[\s*(?:…|\.{3})\s*\]|…|\.{3})(?:\s*[^\W\d_]+){0,4}\W*$"
_CUT_OFF_IN_BRACKETS = r"(?s)\[\s*(?:…|\.{3}|&hellip;|&#8230;)\s*\].*$"


def lead(article: Article) -> str:
    """Return the description; empty if the text contains it at its beginning."""
    start = words_without_cut(article.description)
    if not start:  # only punctuation, such as that of a text which is cut off entirely
        return article.description if article.description.strip(" .…[]") else ""
    body = article.body[: _LOOKED_AT + 4 * len(article.description)]
    return "" if _holds(words(re.sub(_ADDRESS, " ", body)), start) else article.description


def words(text: str) -> list[str]:
    """Return the words of plain text, without case and punctuation."""
    return re.findall(_WORD, text.casefold())


def words_without_cut(text: str) -> list[str]:
    """Return the words before the cut of a text: `[…]`, `…` or `… Read more` at its end."""
    text = re.sub(_CUT_OFF_IN_BRACKETS, "", text.rstrip()).rstrip()
    end = text[-100:]
    if not (cut := re.search(_CUT_OFF, end)):
        return words(text)
    found = words(text[: len(text) - len(end) + cut.start() + len(cut[1])])
    return found[:-1] if cut[1] else found  # the last may be half a word


def begins_with(whole: Sequence[str], start: Sequence[str]) -> bool:
    """Return whether the text begins with these words."""
    return list(whole[: len(start)]) == list(start)


def _holds(whole: Sequence[str], part: Sequence[str]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(whole)} "
