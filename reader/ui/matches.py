"""Where in a laid-out text the words of a query stand, by the rules of the full-text index.

Case and diacritics do not count, words are runs of letters and digits, and a phrase may go on in
the next line.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from unicodedata import combining, normalize

from reader.query import Term

_WORD = re.compile(r"[^\W_]+")
_BETWEEN = r"[\W_]+"


class Match(NamedTuple):
    """From and to which character of one line; a phrase over two lines has one for each."""

    line: int
    start: int
    end: int
    number: int
    """Of the match, from 0, however many lines it takes."""


def pattern_of(terms: Iterable[Term]) -> "re.Pattern[str] | None":
    """What finds the words that are asked for, in folded text; None where there are none."""
    asked = [_phrase(term) for term in terms if not term.exclude]
    alternatives = sorted(filter(None, asked), key=len, reverse=True)
    if not alternatives:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(alternatives)})(?![^\W_])")


def _phrase(term: Term) -> str:
    words = [re.escape(word) for word in _WORD.findall(folded(term.value))]
    return _BETWEEN.join(words) + (r"[^\W_]*" if term.prefix and words else "")


def matches(lines: Sequence[str], pattern: "re.Pattern[str]") -> list[Match]:
    """All of them, in order."""
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    text = folded("\n".join(lines))
    found: list[Match] = []
    for number, hit in enumerate(pattern.finditer(text)):
        start = hit.start()
        while start < hit.end():
            line = bisect_right(starts, start) - 1
            end = min(hit.end(), starts[line + 1] - 1)
            if start < end:
                found.append(Match(line, start - starts[line], end - starts[line], number))
            start = starts[line + 1]
    return found


def folded(text: str) -> str:
    """Without case and diacritics, character by character: the length stays the same."""
    lower = text.lower() if text.isascii() else ""
    return lower or "".join(map(_folded_character, text))


@lru_cache(4096)
def _folded_character(char: str) -> str:
    base = [each for each in normalize("NFD", char.casefold()) if not combining(each)]
    return base[0] if len(base) == 1 else char
