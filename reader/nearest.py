"""The word that was probably meant. Pure."""

from collections.abc import Iterable

from reader.i18n import _

MOST_CHARS = 40
"""Longer words are not compared."""

CUTOFF = 0.66
"""How alike two words have to be, from 0 to 1."""


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word that is most like another one; None if none is."""
    if not word or len(word) > MOST_CHARS:
        return None
    from difflib import get_close_matches

    known = {each.casefold(): each for each in words if len(each) <= MOST_CHARS}
    found = get_close_matches(word.casefold(), known, n=1, cutoff=CUTOFF)
    return known[found[0]] if found else None


def did_you_mean(word: str, words: Iterable[str], *, form: str = "{}") -> str:
    """Return ` (did you mean …?)` with the nearest word, empty if none is near.

    form: how the word is written.
    """
    found = nearest(word, words)
    return _(" (did you mean `{word}`?)").format(word=form.format(found)) if found else ""
