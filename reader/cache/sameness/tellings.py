"""Names of an item, and how alike two texts are: links, words, numbers. Pure functions.

`law` decides which stored article an item is.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit
from zlib import crc32

from reader.digests import blake2b

Name = bytes
"""A digest of an entry's id, its link, or its title and text; empty if it has none."""

REPUBLISHED_WITHIN_MS = 20 * 3_600_000
"""Maximum time between two publications of one story; a daily column comes after 24 hours."""

NEARLY = 0.8
"""Minimum share of common words of two texts that are nearly the same."""

RELATED = 0.5
"""Share of the shorter text's words in the other, above which one may correct the other."""

VERY_SHORT = 12
"""Words of a text below which only equal texts are related: a short text has mostly common words,
such as "the price of", or a "not" that the other lacks."""

WHOLE_WORDS = 30
"""Minimum words for the same text under another title to be the same story."""

_WORDS_KEPT, _NUMBERS_KEPT = 64, 32

_MAX_TEXT, _MAX_WORDS = 60_000, 5_000

NO_TITLE = "title is missing"  # not shown: as it is stored
"""Beginning of the flag of an article with a stand-in title."""

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"

_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")

_ASCII_WORD = re.compile("[a-z0-9]+")

_DIGIT = re.compile(r"\d")

_ADDRESS = re.compile(r"\]\([^()\s]*\)|https?://[^\s)\]]+")

_TRACKING_ANCHOR = re.compile(r"(?:utm_|ref=|xtor=|at_|comment|respond)", re.IGNORECASE)


class Link(NamedTuple):
    """The names of an address: of all of it, and without the fragment."""

    whole: Name = b""
    base: Name = b""

    def agrees(self, other: "Link") -> bool:
        """Return whether both name one place; `/a` agrees with `/a#b`, `/a#c` does not."""
        if not self.base or self.base != other.base:
            return False
        return self.whole in (other.whole, self.base) or other.whole == other.base

    def contradicts(self, other: "Link") -> bool:
        """Return whether both links name a page, and not the same one."""
        return bool(self.base and other.base) and not self.agrees(other)


class Telling(NamedTuple):
    """The words of one version, as sets of the smallest hashes, to estimate the common words."""

    title: Name
    """Digest of the title; empty for a stand-in title."""
    text: Name
    length: int
    """Words of the text."""
    published: int | None
    """Unix milliseconds; None for an undated item."""
    words: frozenset[int]
    title_words: frozenset[int]
    numbers: frozenset[int]


def id_name(id: str) -> Name:
    """Return the name of an entry's id. An id that is an address has the name of the address."""
    if not id:
        return b""
    if id.lower().startswith(("http://", "https://")):
        return link_of(id).whole
    return digest(b"id", id.encode(errors="replace"))


def link_of(url: str) -> Link:
    """Return the names of an address: http is https, the host in lower case, no default port.

    The home page of a site is not a link of an item. A fragment that only tracks clicks or leads to
    the comments does not count.
    """
    address = normalised(url)
    base, _, anchor = address.partition("#")
    host, _, path = base.partition("/")
    if not host or not path.strip("/"):
        return Link()
    name = digest(b"link", base.encode(errors="replace"))
    if not anchor or _TRACKING_ANCHOR.match(anchor):
        return Link(name, name)
    return Link(digest(b"link", address.encode(errors="replace")), name)


def normalised(url: str) -> str:
    """Return an address without scheme and default port, the host in lower case; empty for none."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    default = {"http": 80, "https": 443}.get(parts.scheme.lower())
    place = host if port in (None, default) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    anchor = f"#{parts.fragment}" if parts.fragment else ""
    return f"{place}{parts.path or '/'}{query}{anchor}"


def telling_of(title: str, text: str, published: int | None) -> Telling:
    """Return the words of one version. Takes time in proportion to the text, up to a bound."""
    words = _words(_ADDRESS.sub(" ", text[:_MAX_TEXT]))
    titled = _words(title)
    different = set(words)
    with_signs = (word for word in different.union(titled) if not word.isalpha())
    numbers = {_hash(word) for word in with_signs if _DIGIT.search(word)}
    return Telling(
        title=digest(b"title", " ".join(titled).encode()) if titled else b"",
        text=digest(b"words", " ".join(words).encode()),
        length=len(words),
        published=published,
        words=_smallest(set(map(_hash, different)), _WORDS_KEPT),
        title_words=_smallest(set(map(_hash, titled)), _NUMBERS_KEPT),
        numbers=_smallest(numbers, _NUMBERS_KEPT),
    )


def same_words(one: str, other: str) -> bool:
    """Return whether two titles differ only in white space, case and punctuation."""
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    text = text.casefold()
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)[:_MAX_WORDS]


@lru_cache(8192)
def _hash(word: str) -> int:
    return crc32(word.encode(errors="replace"))


def _smallest(hashes: set[int], count: int) -> frozenset[int]:
    return frozenset(hashes if len(hashes) <= count else sorted(hashes)[:count])


def digest(kind: bytes, value: bytes) -> Name:
    """Return a 96-bit hash of the value; equal values of other kinds differ."""
    return blake2b(value, digest_size=12, person=kind).digest()


def likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of their words that both have; an estimate for long texts."""
    if not one or not other:
        return 0.0
    every = one | other
    if len(every) > _WORDS_KEPT:
        every = _smallest(set(every), _WORDS_KEPT)
    return len(every & one & other) / len(every)


def retold(one: Telling, other: Telling) -> bool:
    """Return whether two versions under different names are one story that was published again.

    The same title and nearly the same text (equal if it is very short), or an equal text of some
    length under another title. Never by title alone, never if each has a number that the other
    lacks, as in price reports made from one template, and never a day apart.
    """
    if not one.length or not other.length or not one_adds_numbers(one.numbers, other.numbers):
        return False
    moment, then = one.published, other.published
    if moment is not None and then is not None and abs(moment - then) > REPUBLISHED_WITHIN_MS:
        return False
    if one.title and one.title == other.title:
        return one.text == other.text or (
            not _is_very_short(one, other) and likeness(one.words, other.words) >= NEARLY
        )
    return one.text == other.text and one.length >= WHOLE_WORDS


def one_adds_numbers(one: frozenset[int], other: frozenset[int]) -> bool:
    """Return whether at most one of two texts has numbers that the other lacks."""
    return one <= other or other <= one


def likeness_within(summary: str, text: str) -> bool:
    """Return whether nearly all words of a summary are in a text."""
    words = set(_words(summary[:_MAX_TEXT]))
    return len(words & set(_words(text[:_MAX_TEXT]))) >= NEARLY * len(words)


def related(one: Telling, other: Telling) -> bool:
    """Return whether one may correct the other: the longer title has most words of the shorter."""
    if not one.title or not other.title:
        return texts_are_related(one, other)
    titles = one.title_words, other.title_words
    return one.title == other.title or _overlap(*titles, _NUMBERS_KEPT) > RELATED


def texts_are_related(one: Telling, other: Telling) -> bool:
    """Return whether the texts are equal or share most of their words."""
    if one.text == other.text:
        return True
    overlap = 0.0 if _is_very_short(one, other) else _overlap(one.words, other.words, _WORDS_KEPT)
    return overlap > RELATED


def _is_very_short(one: Telling, other: Telling) -> bool:
    return min(one.length, other.length) < VERY_SHORT


def _overlap(one: frozenset[int], other: frozenset[int], most: int) -> float:
    """Return the share of the smaller set in the other; an estimate if a set has `most` hashes."""
    full = [max(each) for each in (one, other) if len(each) >= most]
    if full:  # a full set lacks greater hashes
        one, other = (
            frozenset(each for each in both if each <= min(full)) for both in (one, other)
        )
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 0.0
