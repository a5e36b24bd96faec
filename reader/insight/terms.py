"""Terms of English headlines and first paragraphs, by which reports of one event are recognised.

A term is a word without its ending, or a sum of money or share as `#1.25b`. Different spellings of
a name are one term. The weights of `weights.tsv` are of these terms.
"""

import re
from collections.abc import Iterator
from pkgutil import get_data

MOST_CHARS = 4_000
"""Characters of a text that are looked at: a first paragraph has some hundred."""

_STOP_WORDS = frozenset((get_data("reader.insight", "stop_words.txt") or b"").decode().split())

_SAME = {
    "btc": "bitcoin",
    "bitcoins": "bitcoin",
    "eth": "ethereum",
    "ether": "ethereum",
    "sol": "solana",
    "doge": "dogecoin",
    "shib": "shiba",
    "ada": "cardano",
    "xmr": "monero",
    "zec": "zcash",
    "ltc": "litecoin",
    "usdt": "tether",
    "usdc": "circle",
    "senate": "senator",
    "u.s": "us",
    "usa": "us",
    "america": "us",
    "american": "us",
    "americans": "us",
    "xxi": "twentyone",
}
"""Names and signs of one thing, with and without their endings."""

_UNITS = {
    "billion": "b",
    "bn": "b",
    "million": "m",
    "mn": "m",
    "trillion": "t",
    "tn": "t",
    "percent": "%",
}

_SUM = re.compile(
    r"\$?\b(\d[\d,]*(?:\.\d+)?)\s*(billion|million|trillion|bn|mn|tn|b|m|k|t|bps|percent|%)?(?!\w)"
)
_WORD = re.compile(r"[a-z][a-z0-9.&+]*[a-z0-9]|[a-z]|\d[\d.,]*[a-z%]?")

_YEARS = range(1990, 2101)
_SMALLEST = 13
"""Smallest plain number that is a term: smaller ones count days, or things in a list."""


def terms(text: str) -> Iterator[str]:
    """Yield the terms of a text, repeated ones too: sums first, then words in order."""
    text = text[:MOST_CHARS].lower().replace("’", "'").replace("‘", "'").replace("u.s.", "us")
    text = text.replace("'s ", " ").replace("s' ", "s ")
    yield from sums(text)
    for word in _WORD.findall(_SUM.sub(" ", text)):
        yield from latin(word.strip(".&+"))


def sums(text: str) -> Iterator[str]:
    """Yield the terms of sums of money and shares in a text in lower case."""
    for found in _SUM.finditer(text):
        yield from _sum(found[1], found[2] or "")


def latin(word: str) -> Iterator[str]:
    """Yield the term of a word in lower case and Latin letters; none for a stop word."""
    if len(word) > 1 and word not in _STOP_WORDS:
        yield term(word)


def term(word: str) -> str:
    """Return the term of a word in lower case, which is that of its other forms and names."""
    stem = _stem(_SAME.get(word, word))
    return _SAME.get(stem, stem)


def _sum(digits: str, unit: str) -> Iterator[str]:
    """Yield the term of a sum, rounded to three digits: 1,250,000,000 is `#1.25e+03m`."""
    unit = _UNITS.get(unit, unit)
    number = float(digits.replace(",", ""))
    if not unit and number >= 1e6:
        number, unit = number / 1e6, "m"
    elif not unit and number >= 1e3 and not (number in _YEARS and "." not in digits):
        number, unit = number / 1e3, "k"
    if unit or number >= _SMALLEST:
        yield f"#{number:.3g}{unit}"


def _stem(word: str) -> str:
    """Return a word without its ending: `banks`, `banking`, `banked` are `bank`."""
    if len(word) <= 4:
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith("ing") and len(word) > 6:
        word = word[:-3]
    elif len(word) > 5 and word.endswith(("ed", "ses", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us")):
        word = word[:-1]
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word
