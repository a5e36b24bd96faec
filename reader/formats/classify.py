"""Assign a category and estimate a sentiment by words, for articles whose source gives none.

A publisher's own values are never changed. The words are in `categories.toml`; the sentiment is
VADER's, of title and description, for English alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pkgutil import get_data
from typing import Any

from reader.article import NO_CATEGORY, Article, Sentiment
from reader.formats.html.conversion import plain
from reader.text import decode

_TITLE, _TAG, _TEXT = 3, 2, 1
"""Weights of the places in which a category is named, once or more often."""

_BEGINNING = 1000
"""Characters of the text that are searched: news names its subject first."""

_LEAD = 400
"""Characters of the text that replace a missing description."""

_CERTAIN = 0.05
"""VADER's bound of the compound score, from -1 to 1, below which a text is neutral."""

Words = Mapping[str, Sequence[str]]
"""Words by category."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from reader.formats.polarity import Polarity


def classified(article: Article, *, estimate: bool, extra: Words | None = None) -> Article:
    """Return the article with a category if it has none, and an estimated sentiment if wanted.

    extra: words besides those of `categories.toml`, as for `categorize`.
    """
    changed: dict[str, Any] = {}
    text = f"{article.description}\n{article.body[:_BEGINNING]}"
    if article.category == NO_CATEGORY:
        category = categorize(article.title, text, article.tags, extra)
        if category != NO_CATEGORY:
            changed["category"] = category
    if estimate and article.sentiment is Sentiment.UNRATED and article.lang == "en":
        sentiment = estimated(article)
        if sentiment is not Sentiment.UNRATED:
            changed |= {"sentiment": sentiment, "sentiment_is_estimated": True}
    return replace(article, **changed) if changed else article


def prepare(*, estimate: bool, extra: Words | None = None) -> None:
    """Read the words for `classified`. Safe in any thread."""
    _finder_of(extra)
    if estimate:
        _polarity()


def categorize(title: str, text: str, tags: Sequence[str] = (), extra: Words | None = None) -> str:
    """Return the category that is named in the most important places; OTHER if none is.

    extra: more words by category; new categories come after the known ones.
    """
    find = _finder_of(extra)
    scores: dict[int, int] = {}
    for weight, where in ((_TITLE, title), (_TAG, "\n".join(tags)), (_TEXT, text[:_BEGINNING])):
        # Tags are all capitals, which means nothing.
        for number in find(where.upper() if weight == _TAG else where):
            scores[number] = scores.get(number, 0) + weight
    if not scores:
        return NO_CATEGORY
    return find.names[min(scores, key=lambda number: (-scores[number], number))]


def estimated(article: Article) -> Sentiment:
    """Return the estimate for an article: its first characters replace a missing description."""
    return estimate(article.title, article.description or plain(article.body[:_LEAD]))


def estimate(title: str, description: str) -> Sentiment:
    """Return VADER's sentiment of an English text; unrated if it has none of VADER's words."""
    text = f"{title}. {description}"[:_BEGINNING]
    if not re.search("[A-Za-z]{2}", text):
        return Sentiment.UNRATED
    compound = _polarity().compound(text)
    if compound >= _CERTAIN:
        return Sentiment.POSITIVE
    return Sentiment.NEGATIVE if compound <= -_CERTAIN else Sentiment.NEUTRAL


@lru_cache(1)
def _polarity() -> "Polarity":
    from reader.formats.polarity import Polarity

    return Polarity()


@lru_cache(1)
def _own_words() -> dict[str, list[str]]:
    import tomllib

    text, _ = decode(get_data("reader.formats", "categories.toml") or b"")
    return tomllib.loads(text)


class _Finder:
    """Finds the categories whose words a text has."""

    def __init__(self, words: Words) -> None:
        self.names = tuple(words)
        self._numbers: dict[str, int] = {}
        for number, name in enumerate(self.names):
            for word in words[name]:
                self._numbers.setdefault(word if word.isupper() else word.casefold(), number)
        exact = [word for word in self._numbers if word.isupper()]
        self._exact = re.compile(rf"(?<!\w){_any_of(exact)}(?!\w)")
        stems = [word[:-1] for word in self._numbers if word.endswith("*")]
        whole = [word for word in self._numbers if not word.isupper() and not word.endswith("*")]
        self._folded = re.compile(rf"(?<!\w)(?:({_any_of(whole)})(?!\w)|({_any_of(stems)}))")

    def __call__(self, text: str) -> set[int]:
        """Return the numbers of the categories that have a word in the text."""
        words = set(self._exact.findall(text))
        for whole, stem in self._folded.findall(text.casefold()):
            words.add(whole or f"{stem}*")
        return {self._numbers[word] for word in words}


def _any_of(words: Sequence[str]) -> str:
    """Return a pattern of the longest word that matches, grouped by first letters."""
    by_letter: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        by_letter.setdefault(word[:1], []).append(re.escape(word[1:]))
    every = (f"{re.escape(letter)}(?:{'|'.join(ends)})" for letter, ends in by_letter.items())
    return f"(?:{'|'.join(every) or '(?!)'})"


def _finder_of(extra: Words | None) -> _Finder:
    return _finder(tuple((name.upper(), *words) for name, words in (extra or {}).items()))


@lru_cache(8)
def _finder(extra: tuple[tuple[str, ...], ...]) -> _Finder:
    words = {name: list(own) for name, own in _own_words().items()}
    for name, *more in extra:
        words.setdefault(name, []).extend(word for word in more if word.strip("* "))
    return _Finder(words)
