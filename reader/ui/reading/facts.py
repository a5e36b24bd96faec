"""The line of facts in the header of an article: always one line, whatever its width.

Pure: spans with names of styles; no widget, colour or clock.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from reader.ages import age_in_words, month_name
from reader.article import UNKNOWN_LANG, Article, Sentiment
from reader.i18n import _, pgettext
from reader.ui.prose.wrap import Span, width_of
from reader.ui.textual_compat.cells import fit

_WORDS_A_MINUTE = 220
_COUNTED = 60_000
"""Characters of a body in which words are counted; the rest is estimated from them."""


def reading_minutes(body: str) -> int:
    """Return how many whole minutes the text takes to read, at least 1."""
    words = len(body[:_COUNTED].split()) * max(1.0, len(body) / _COUNTED)
    return max(1, ceil(words / _WORDS_A_MINUTE))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the line says, each a text that is not broken; empty for what is left out."""

    source: str
    category: str
    sentiment: str
    published: str
    minutes: str
    lang: str
    machine: str
    pinned: str
    draft: str
    unread: str
    favourite: str
    later: str


def facts(
    article: Article, *, read: bool, favourite: bool, later: bool = False, now: datetime, width: int
) -> list[Span]:
    """Return one line of at most `width` cells; what matters least is shortened or left out."""
    said = _said(article, read=read, favourite=favourite, later=later, now=now)
    for shorten in (lambda facts: facts, *_shorter(article, now)):
        said = shorten(said)
        spans = list(_spans(said, article.sentiment))
        if width_of(spans) <= width:
            return spans
    return [Span(_unbreakable(fit(said.source or said.published, width).rstrip()), ("meta",))]


def _said(article: Article, *, read: bool, favourite: bool, later: bool, now: datetime) -> _Facts:
    return _Facts(
        source=(article.source.name or article.source.key) if article.source else "",
        category=article.category,
        sentiment=_sentiment(article),
        published=f"{_day(article.published)} {_hour(article.published)} ({_age(article, now)})",
        minutes=_("{number} min").format(number=reading_minutes(article.body)),
        lang=article.lang if article.lang != UNKNOWN_LANG else "",
        machine=_machine(article),
        pinned=pgettext("article", "pinned") if article.sticky_weight > 0 else "",
        draft=pgettext("article", "draft") if article.draft else "",
        unread="" if read else pgettext("article", "unread"),
        favourite="★ " + pgettext("article", "favourite") if favourite else "",
        later="◷ " + pgettext("article", "later") if later else "",
    )


def _shorter(article: Article, now: datetime) -> Sequence[Callable[[_Facts], _Facts]]:
    """Return the steps in which the line is shortened, each after those before it."""
    age = _age(article, now)
    return (
        lambda facts: replace(facts, lang=""),
        lambda facts: replace(facts, machine=facts.machine and _("AI")),
        lambda facts: replace(facts, minutes=""),
        lambda facts: replace(facts, published=f"{_day(article.published)} ({age})"),
        lambda facts: replace(facts, sentiment=_sign(article) or facts.sentiment),
        lambda facts: replace(facts, published=f"({age})"),
        lambda facts: replace(facts, favourite=facts.favourite[:1], later=facts.later[:1]),
        lambda facts: replace(facts, category=""),
        lambda facts: replace(facts, pinned="", draft=""),
        lambda facts: replace(facts, machine=""),
        lambda facts: replace(facts, sentiment=""),
        lambda facts: replace(facts, unread=""),
        lambda facts: replace(facts, published=""),
    )


def _spans(facts: _Facts, sentiment: Sentiment) -> Iterator[Span]:
    styles = {"sentiment": sentiment.lower(), "favourite": "favourite", "later": "later"}
    between = ""
    for name in _Facts.__slots__:
        if fact := getattr(facts, name):
            yield Span(between, ("meta",))
            style = ("meta", styles[name]) if name in styles else ("meta",)
            yield Span(_unbreakable(" ".join(fact.split())), style)
            between = "\xa0·\xa0"


def _unbreakable(text: str) -> str:
    return text.replace(" ", "\xa0")


def _sentiment(article: Article) -> str:
    return f"{_sign(article)} {article.sentiment.word}".lstrip()


def _sign(article: Article) -> str:
    # The glyph of no rating is the dot that separates the facts.
    if article.sentiment is Sentiment.UNRATED:
        return ""
    return f"{'~' * article.sentiment_is_estimated}{article.sentiment.glyph}"


def _day(instant: datetime) -> str:
    local = instant.astimezone()
    return f"{local.day} {month_name(local.month)} {local:%Y}"


def _hour(instant: datetime) -> str:
    return f"{instant.astimezone():%H:%M}"


def _age(article: Article, now: datetime) -> str:
    return age_in_words(article.published.timestamp(), now.timestamp())


def _machine(article: Article) -> str:
    if article.ai is None:
        return ""
    original = article.ai.translated_from
    words = [_("AI rewritten")] if article.ai.rewritten else []
    if original:
        words.append(_("translated from {language}").format(language=original))
    return ", ".join(words)
