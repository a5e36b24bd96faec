"""VADER's compound score of English text, the same number in a sixth of the time.

VADER's own code lowers every word of a text for each word that counts, and tests each character for
an emoji. Lexicon, rules and constants are VADER's. Loaded by the first estimate.
"""

import re
import string
from pkgutil import get_data
from typing import Any

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    C_INCR,
    N_SCALAR,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
    normalize,
    scalar_inc_dec,
)

_NEGATIONS = frozenset(NEGATE)
_PHRASES = tuple(phrase for phrase in (*SPECIAL_CASES, *BOOSTER_DICT) if " " in phrase)
_BEFORE, _AFTER = 3, 2
"""Words around one that change its weight."""

_FADING = (1.0, 0.95, 0.9)
"""Weights of the preceding words, the nearest first."""

MAY_BE_EMOJI = re.compile("[©®\u203c\u2049\u2122\u2139\u2190-\U0010ffff]")
"""Matches all characters of the emoji lexicon, and others."""


class Polarity:
    """Rates texts. Reads the lexicon once, and that of emoji with the first text that has any."""

    def __init__(self) -> None:
        self._lexicon = _lexicon()
        self._whole: Any = None

    def compound(self, text: str) -> float:
        """Return a score from -1 to 1, rounded to four digits, as VADER's `polarity_scores`."""
        if MAY_BE_EMOJI.search(text):
            self._whole = self._whole or SentimentIntensityAnalyzer()
            return float(self._whole.polarity_scores(text)["compound"])
        text = text.strip()
        words = [_without_punctuation(token) for token in text.split()]
        lower = [word.lower() for word in words]
        valences = self._valences(words, lower)
        if not valences:
            return 0.0
        total = float(sum(self._contrasted(valences, lower)))
        emphasis = _emphasis(text) if total else 0.0
        return float(round(normalize(total + emphasis if total > 0 else total - emphasis), 4))

    def _valences(self, words: list[str], lower: list[str]) -> dict[int, float]:
        """Return the valences of the words in the lexicon, in order, by position."""
        lexicon = self._lexicon
        found = [place for place, word in enumerate(lower) if word in lexicon]
        if not found:
            return {}
        capitals = sum(word.isupper() for word in words)
        stands_out = 0 < capitals < len(words)
        joined = " ".join(lower)
        has_phrase = any(phrase in joined for phrase in _PHRASES)
        valences = {}
        for place in found:
            if lower[place] in BOOSTER_DICT:
                continue
            if lower[place] == "kind" and lower[place + 1 : place + 2] == ["of"]:
                continue
            first = max(place - _BEFORE, 0)
            near = slice(first, place + _AFTER + 1)
            valences[place] = self._valence(
                words[near], lower[near], place - first, stands_out, has_phrase
            )
        return valences

    def _valence(
        self, words: list[str], lower: list[str], at: int, stands_out: bool, has_phrase: bool
    ) -> float:
        """Return the valence of the word at `at`. stands_out: only some words are all capitals."""
        lexicon = self._lexicon
        word, before = lower[at], lower[:at][::-1]
        valence = lexicon[word]
        if word == "no" and lower[at + 1 : at + 2] and lower[at + 1] in lexicon:
            valence = 0.0
        denied = "no" in before[:2] or (before[2:] == ["no"] and before[0] in ("or", "nor"))
        if denied:
            valence = lexicon[word] * N_SCALAR
        if stands_out and words[at].isupper():
            valence += C_INCR if valence > 0 else -C_INCR
        for distance, other in enumerate(before):
            if other in lexicon:
                continue
            if other in BOOSTER_DICT:
                boost = scalar_inc_dec(words[at - 1 - distance], valence, stands_out)
                valence += boost * _FADING[distance]
            valence *= _negation(before, distance)
            if has_phrase and distance == _BEFORE - 1:
                check = SentimentIntensityAnalyzer._special_idioms_check
                valence = check(valence, lower, at)
        if before[:1] == ["least"] and "least" not in lexicon and before[1:2] not in _AT_LEAST:
            valence *= N_SCALAR
        return valence

    def _contrasted(self, valences: dict[int, float], lower: list[str]) -> list[float]:
        """Return the valences with those before `but` halved, and those after it raised."""
        if "but" not in lower:
            return list(valences.values())
        every = [valences.get(place, 0.0) for place in range(len(lower))]
        weighed: list[float] = SentimentIntensityAnalyzer._but_check(lower, every)
        return weighed


_AT_LEAST = (["at"], ["very"])


def _without_punctuation(token: str) -> str:
    stripped = token.strip(string.punctuation)
    return stripped if len(stripped) > 2 else token


def _negation(before: list[str], distance: int) -> float:
    """Return the factor of a preceding word. before: the nearest first."""
    word = before[distance]
    if distance and _is_emphatic(before, distance):
        return 1.25
    if word == "without" and distance and "doubt" in before[:distance]:
        return 1.0
    return N_SCALAR if word in _NEGATIONS or "n't" in word else 1.0


def _is_emphatic(before: list[str], distance: int) -> bool:
    """Return whether it is `never so` or `never this`; of three words VADER tests only the last."""
    if distance == 1:
        return before[1] == "never" and before[0] in ("so", "this")
    return (before[2] == "never" and before[1] in ("so", "this")) or before[0] in ("so", "this")


def _emphasis(text: str) -> float:
    exclaimed, asked = min(text.count("!"), 4), text.count("?")
    doubt = 0.0 if asked < 2 else asked * 0.18 if asked < 4 else 0.96
    return exclaimed * 0.292 + doubt


def _lexicon() -> dict[str, float]:
    lines = (get_data("vaderSentiment", "vader_lexicon.txt") or b"").decode().split("\n")
    pairs = (line.strip().split("\t", 2)[:2] for line in lines if line)
    return {word: float(measure) for word, measure in pairs}
