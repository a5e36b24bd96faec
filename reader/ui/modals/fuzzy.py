"""Find names that match what was typed, best first. Pure.

Textual's own matcher tries every way in which the letters fit, which takes exponential time for
long names, and does not put the exact name first.
"""

import re
from collections.abc import Sequence
from itertools import chain


def fold(text: str) -> str:
    """Return the text in lower case; indices into it are indices into the text."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := ch.lower()) == 1 else ch for ch in text)


def best(typed: str, names: Sequence[str]) -> Sequence[int]:
    """Return indices of matching names: exact, prefix, prefix of a word, part, letters.

    names: folded. A match by letters has all letters of `typed` in their order. Ties stay in the
    order of `names`. If nothing is typed, all names match.
    """
    typed = fold(typed.strip())
    if not typed:
        return range(len(names))
    starts_word = re.compile(rf"(?<![^\W_]){re.escape(typed)}").search
    has_letters = _letters(typed).match
    exact: list[int] = []
    prefix: list[int] = []
    word: list[int] = []
    part: list[int] = []
    letters: list[int] = []
    for place, name in enumerate(names):
        if typed not in name:
            if has_letters(name):
                letters.append(place)
        elif name.startswith(typed):
            (exact if name == typed else prefix).append(place)
        else:
            (word if starts_word(name) else part).append(place)
    return list(chain(exact, prefix, word, part, letters))


def matched(typed: str, name: str) -> Sequence[int]:
    """Return the indices of the matching characters of a name, ascending; empty for no match."""
    typed, name = fold(typed.strip()), fold(name)
    starts_word = re.search(rf"(?<![^\W_]){re.escape(typed)}", name)
    start = starts_word.start() if starts_word else name.find(typed)
    if start >= 0:
        return range(start, start + len(typed))
    letters = _letters(typed).match(name)
    return [end - 1 for _, end in letters.regs[1:]] if letters else ()


def _letters(typed: str) -> re.Pattern[str]:
    """Return a pattern that finds each letter at its first position after the previous one.

    What is between cannot contain the letter, so a name that does not match fails in one pass.
    """
    return re.compile("".join(f"([^{(c := re.escape(ch))}]*{c})" for ch in typed))
