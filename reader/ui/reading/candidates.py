"""Which parts of a text can hold a match, by their source: the others need not be laid out. Pure.

A part is passed over only if its source proves that no line of it has a word of the search.
"""

import re
from collections.abc import Iterable, Sequence
from html import unescape

from reader.query.language import Term
from reader.ui.prose.added import TOO_DEEP, TOO_DENSE, TOO_LONG, image
from reader.ui.reading.matches import Plain, phrases

_SHOWN_ANYWAY = set(Plain.of(f"{TOO_LONG} {TOO_DENSE} {TOO_DEEP} {image('')}").text.split())
"""Words that the layout adds to a text. It adds numbers, too."""

_GLUED = re.compile(r"[^\W_][*_~`\\]*+\[(?!\^)|(?:\)|\](?!\())[*_~`\\]*+[^\W_]|\[[ \t\n]*+\]\[")
"""Matches where a link may begin or end within a word, so that its address splits the word, and
where a link without a label shows an address that is elsewhere."""


class Sought:
    """The words of a search, and which of them are in which part of one text."""

    def __init__(self, terms: Iterable[Term]) -> None:
        """Make the search. terms: without regular expressions."""
        self._phrases = {frozenset(words) for words, _ in phrases(terms)}
        self._words = {word for words in self._phrases for word in words}
        self._anywhere = {each for each in self._words if each.isdigit() or each in _SHOWN_ANYWAY}
        self._found: dict[int, frozenset[str]] = {}

    def forget(self) -> None:
        """Forget the parts: the text is another one."""
        self._found.clear()

    def may_be_in(self, part: int, sources: Sequence[str | None]) -> bool:
        """Return whether a match may begin or end in a part.

        sources: the source of the part between those of its neighbours; None: it has words that
        are not in its source.
        """
        before, here, after = (
            self._in(number, source) for number, source in enumerate(sources, part - 1)
        )
        near = before | here | after
        return any(words & here and words <= near for words in self._phrases)

    def _in(self, part: int, source: str | None) -> frozenset[str]:
        if part not in self._found:
            self._found[part] = frozenset(self._words if source is None else self._of(source))
        return self._found[part]

    def _of(self, source: str) -> set[str]:
        if _GLUED.search(source):
            return self._words
        texts = [_letters(source)]
        if "&" in source:
            texts.append(_letters(unescape(source)))
        return self._anywhere | {
            word for word in self._words if any(word in text for text in texts)
        }


def _letters(source: str) -> str:
    """Return the plain text without blanks: Markdown may have put marks into a word."""
    return "".join(Plain.of(source).text.split())
