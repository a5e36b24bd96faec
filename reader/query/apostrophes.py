"""Other spellings of query words that have an apostrophe, or should have one.

The full-text index has "don't" as two words, "don t", like every word with an apostrophe. So a
query for "dont" also asks for the phrase "don t", and one for "don't" also for the word "dont".
Only the query is changed: an index that joined such words would have to be rebuilt, and would no
longer find "Coinbase's" under "coinbase".
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from typing import NamedTuple

MOST = 8
"""Spellings of one query; the first ones count."""

_SIGNS = "'’ʼ`´′＇ʹʻʽʾʿˈ‘‛"
_WORD = rf"[^\W_]+(?:[{_SIGNS}][^\W_]+)*"

_CONTRACTIONS = (
    "ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mightn't mustn't "
    "needn't shan't shouldn't wasn't weren't won't wouldn't i'm i've you've they've could've "
    "should've would've you're they're you'll they'll it'll he's she's that's what's here's "
    "there's who's where's y'all"
)
"""Without "its", "were", "well", "shell", "ill", "lets", which are words of their own."""

_BEFORE_ANY = "бпвмфркБПВМФРК"
_PREFIXES = "з|с|роз|без|від|під|над|перед|пред|між|через|об|ін|кон|ад|диз|транс|пан|супер|гіпер"
_SPLIT = (
    rf"(?<=[{_BEFORE_ANY}])(?=[яюєїЯЮЄЇ])"
    r"|(?<=[гґджзйлнстхцчшщГҐДЖЗЙЛНСТХЦЧШЩ])(?=[їЇ])"
    rf"|(?<=^з)(?=[яюєїЯЮЄЇ])|^(?i:{_PREFIXES})(?=[яюєїЯЮЄЇ])"
)
"""Where a Ukrainian word may have its apostrophe: п'ять, з'їзд, об'єкт, під'юдити."""

_CYRILLIC = r"[\u0400-\u052f]"


class Spelling(NamedTuple):
    """The text of a query, and whether its last word may go on."""

    text: str
    prefix: bool


def spellings(text: str, *, prefix: bool) -> list[Spelling]:
    """Return the spellings of a query, at most `MOST`, the original first."""
    parts: list[list[Spelling]] = []
    end = 0
    for word in re.finditer(_WORD, text):
        may_go_on = prefix and word.end() == len(text)
        if others := list(_others(word[0], may_go_on)):
            parts.append([Spelling(text[end : word.start()], prefix)])
            parts.append([Spelling(word[0], prefix), *others])
            end = word.end()
    parts.append([Spelling(text[end:], prefix)])
    return [
        Spelling("".join(part.text for part in chosen), all(part.prefix for part in chosen))
        for chosen in islice(product(*parts), MOST)
    ]


def _others(word: str, prefix: bool) -> Iterator[Spelling]:
    """Yield the other spellings of a word. prefix: it may go on."""
    parts = re.split(f"[{_SIGNS}]", word)
    if len(parts) == 2 and _may_be_joined(*parts):
        yield Spelling("".join(parts), True)
    if len(parts) > 1:
        return
    if place := _contractions().get(word.lower()):
        # "don t*" would also find Don Trump.
        yield Spelling(f"{word[:place]}'{word[place:]}", not prefix)
    elif _is_name(word[0], word[1:]):
        yield Spelling(f"{word[0]}'{word[1:]}", True)
    elif re.search(_CYRILLIC, word):
        for place in _places(word):
            # A single letter that may go on begins too many words.
            may_go_on = not prefix or len(word) - place > 1
            yield Spelling(f"{word[:place]}'{word[place:]}", may_go_on)


def _may_be_joined(first: str, rest: str) -> bool:
    joined = first + rest
    if joined.lower() in _contractions() or _is_name(first, rest):
        return True
    return re.search(f"{_CYRILLIC}$", first) is not None


def _is_name(first: str, rest: str) -> bool:
    """Return whether it may be a name such as O'Leary."""
    return first in ("o", "O") and len(rest) > 2 and rest.isascii() and rest.isalpha()


def _places(word: str) -> list[int]:
    return sorted({match.end() for match in re.finditer(_SPLIT, word[:40])})


@cache
def _contractions() -> dict[str, int]:
    """Return where the apostrophe belongs, by the spelling without it."""
    return {each.replace("'", ""): each.index("'") for each in _CONTRACTIONS.split()}
