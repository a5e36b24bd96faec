"""Find the words of a query in laid-out text, by the rules of the full-text index. Pure.

`reader.query.folding` defines the rules. A phrase may continue on the next line.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, chain
from typing import NamedTuple
from unicodedata import category

from reader.query.apostrophes import spellings
from reader.query.folding import is_kept, pieces, plain_form
from reader.query.language import Term

_BETWEEN = " +"


class Match(NamedTuple):
    """Characters of one line, from `start` to before `end`; a phrase over two lines has two."""

    line: int
    start: int
    end: int
    number: int
    """Number of the match, from 0; the same on each of its lines."""


class Plain(NamedTuple):
    """The plain form of a text, and how its characters map back to the original."""

    text: str
    starts: Sequence[int]
    """Where the form of each piece of the original begins."""
    origins: Sequence[int]
    """Where each piece begins in the original; at last, the length of the original."""

    @classmethod
    def of(cls, text: str) -> "Plain":
        """Return the text in plain form, with the places that each form comes from."""
        every = range(len(text) + 1)
        if text.isascii():
            return cls(text.translate(_ascii()), every, every)
        split = pieces(text)
        forms = list(map(plain_form, split))
        starts = every if is_kept(text) else list(accumulate(map(len, forms), initial=0))
        origins = every if split is text else list(accumulate(map(len, split), initial=0))
        return cls("".join(forms), starts, origins)

    def origin(self, place: int) -> int:
        """Return the index of the piece whose form includes the character at that place."""
        return bisect_right(self.starts, place) - 1


@cache
def _ascii() -> dict[int, str]:
    return {code: plain_form(chr(code)) for code in range(128)}


def pattern_of(terms: Iterable[Term]) -> "re.Pattern[str] | None":
    """Return the pattern that finds the included words in plain text; None for no words."""
    asked = {_phrase(words, prefix) for words, prefix in phrases(terms)}
    alternatives = sorted(asked, key=lambda each: (-len(each), each))
    if not alternatives:
        return None
    return re.compile(rf"(?<!\S)(?:{'|'.join(alternatives)})(?!\S)")


def phrases(terms: Iterable[Term]) -> Iterator[tuple[list[str], bool]]:
    """Yield the included words in plain form, and whether the last one of a phrase may go on."""
    ways = (spellings(term.value, prefix=term.prefix) for term in terms if not term.exclude)
    for text, prefix in chain.from_iterable(ways):
        if words := Plain.of(text).text.split():
            yield words, prefix


def _phrase(words: list[str], prefix: bool) -> str:
    return _BETWEEN.join(map(re.escape, words)) + (r"\S*" if prefix else "")


def matches(lines: Sequence[str], pattern: "re.Pattern[str]") -> list[Match]:
    """Return all matches, in order."""
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    text = "\n".join(lines)
    plain = Plain.of(text)
    found: list[Match] = []
    for number, hit in enumerate(pattern.finditer(plain.text)):
        start = plain.origins[plain.origin(hit.start())]
        stop = with_marks(text, plain.origins[plain.origin(hit.end() - 1) + 1])
        while start < stop:
            line = bisect_right(starts, start) - 1
            end = min(stop, starts[line + 1] - 1)
            if start < end:
                found.append(Match(line, start - starts[line], end - starts[line], number))
            start = starts[line + 1]
    return found


def with_marks(text: str, end: int) -> int:
    """Return the end of the letter with its combining marks, as a cell has only one style."""
    while end < len(text) and category(text[end])[0] == "M":
        end += 1
    return end
