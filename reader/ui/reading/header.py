"""The header of an article: title, description, a line of facts, tags, cover, flags.

Pure: lines of text with names of styles, as `ui.prose` makes them; no widget, colour or clock.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING

from reader.ages import age_in_words
from reader.article import UNKNOWN_LANG, Article, Cover, Sentiment
from reader.formats.lead import lead
from reader.ui.prose.wrap import Line, Span, wrap
from reader.ui.reading.tellers import tellers
from reader.ui.textual_compat.cells import fit

if TYPE_CHECKING:
    from reader.cache.insight.telling import Telling

STYLES = (
    *("title", "description", "meta", "positive", "negative", "neutral", "unrated", "favourite"),
    *("later", "own-tag"),
    *("teller", "teller-open", "tag", "tag-edge", "cover", "key", "flag", "rule"),
)
"""Every name of a style that a line may carry."""

HEADER_PLACES = 10_000
"""Places (`Line.at`) below this are in the header, and the text begins here, so that a saved
position in the text stays right when the header changes."""

_PLACES_A_PART = 1_000
_WORDS_A_MINUTE = 220
_LONGEST_FORMER = 1_000
"""Characters of a former title that may be on its line."""
_COUNTED = 60_000
"""Characters of a body in which words are counted; the rest is estimated from them."""


def reading_minutes(body: str) -> int:
    """Return how many whole minutes the text takes to read, at least 1."""
    words = len(body[:_COUNTED].split()) * max(1.0, len(body) / _COUNTED)
    return max(1, ceil(words / _WORDS_A_MINUTE))


def header_lines(
    article: Article,
    *,
    read: bool,
    favourite: bool,
    now: datetime,
    width: int,
    telling: "Telling | None" = None,
    later: bool = False,
    own_tags: Sequence[str] = (),
) -> Iterator[Line]:
    """Yield lines of at most `width` cells, a blank one first and last.

    The target of a span in the style `tag` is the tag, in the style `cover` the URL, in the style
    `teller` the place of a source. telling: who tells the story, if several sources do. own_tags:
    the user's, below the publisher's.
    """
    source = article.source.key if article.source else ""
    parts = (
        [
            [_sentence(article.title, "title")],
            *([_former(title, width)] for title in article.former_titles[:1]),
        ],
        [[_sentence(summary, "description")]] if (summary := lead(article)) else [],
        [
            [],
            list(_facts(article, read=read, favourite=favourite, later=later, now=now)),
            *([tellers(telling, source, width)] if telling else []),
        ],
        [spans for spans in (_chips(article.tags), _own(own_tags)) if spans],
        [_cover(article.cover)],
        [[_sentence(f"! {flag}", "flag")] for flag in article.flags],
        [[Span("─" * width, ("rule",))], []],
    )
    yield Line((), 0)
    last = 0
    for number, paragraphs in enumerate(parts):
        for paragraph in paragraphs:
            for offset, spans in wrap(paragraph, width):
                last = max(last + 1, number * _PLACES_A_PART + offset)
                yield Line(spans, min(last, HEADER_PLACES - 1))


def _sentence(text: str, style: str) -> Span:
    return Span(" ".join(text.split()), (style,))


def _former(title: str, width: int) -> Span:
    """Return the former title on one line, cut with an ellipsis."""
    was = f"was: {' '.join(title[:_LONGEST_FORMER].split())}"
    return Span(fit(was, width).rstrip(), ("meta",))


def _facts(
    article: Article, *, read: bool, favourite: bool, later: bool, now: datetime
) -> Iterator[Span]:
    """Yield the facts of one line that breaks only between them."""
    facts = [
        (_source(article), "meta"),
        (article.category, "meta"),
        (_sentiment(article), article.sentiment.lower()),
        (_published(article.published, now), "meta"),
        (f"{reading_minutes(article.body)} min", "meta"),
        (article.lang if article.lang != UNKNOWN_LANG else "", "meta"),
        (_machine(article), "meta"),
        ("pinned" if article.sticky_weight > 0 else "", "meta"),
        ("draft" if article.draft else "", "meta"),
        ("" if read else "unread", "meta"),
        ("★ favourite" if favourite else "", "favourite"),
        ("◷ later" if later else "", "later"),
    ]
    between = ""
    for fact, style in facts:
        if fact:
            yield Span(between, ("meta",))
            yield Span(_unbreakable(fact), ("meta", style) if style != "meta" else ("meta",))
            between = "\xa0· "


def _unbreakable(text: str) -> str:
    return text.replace(" ", "\xa0")


def _source(article: Article) -> str:
    return (article.source.name or article.source.key) if article.source else ""


def _sentiment(article: Article) -> str:
    sentiment = article.sentiment
    word = sentiment.lower()
    # The glyph of no rating is the dot that separates the facts.
    if sentiment is Sentiment.UNRATED:
        return word
    return f"{'~' * article.sentiment_is_estimated}{sentiment.glyph} {word}"


def _published(instant: datetime, now: datetime) -> str:
    local = instant.astimezone()
    return f"{local.day} {local:%b %Y %H:%M} ({age_in_words(instant.timestamp(), now.timestamp())})"


def _machine(article: Article) -> str:
    if article.ai is None:
        return ""
    original = article.ai.translated_from
    words = ["AI rewritten"] if article.ai.rewritten else []
    return ", ".join([*words, f"translated from {original}"] if original else words)


def _chips(tags: Iterable[str]) -> list[Span]:
    spans: list[Span] = []
    for tag in tags:
        spans += [Span(" ", ())] * bool(spans)
        spans.append(Span("▐", ("tag-edge",), tag))
        spans.append(Span(_unbreakable(tag), ("tag",), tag))
        spans.append(Span("▌", ("tag-edge",), tag))
    return spans


def _own(tags: Iterable[str]) -> list[Span]:
    spans: list[Span] = []
    for tag in tags:
        spans += [Span("  ", ())] * bool(spans)
        spans.append(Span(f"#{_unbreakable(tag)}", ("own-tag",)))
    return spans


def _cover(cover: Cover | None) -> list[Span]:
    from reader.browser import UrlRefused, host

    if cover is None or not cover.best:
        return [Span("no cover image", ("meta",))]
    try:
        where = host(cover.best)
    except UrlRefused:
        where = "an address that cannot be opened"
    return [
        Span("i", ("cover", "key"), cover.best),
        Span("  cover image", ("cover",), cover.best),
        Span(f"  {where}", ("meta",), cover.best),
    ]
