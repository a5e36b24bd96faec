"""The header of an article: title, facts and tags on a line each, what is wrong, its summary.

Pure: lines of text with names of styles, as `ui.prose` makes them; no widget, colour or clock.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from reader.article import Article
from reader.formats.flags import in_words
from reader.formats.lead import lead
from reader.i18n import _
from reader.ui.prose.wrap import Line, Span, wrap
from reader.ui.reading.chips import chips
from reader.ui.reading.facts import facts
from reader.ui.reading.tellers import tellers
from reader.ui.textual_compat.cells import fit

if TYPE_CHECKING:
    from reader.cache.insight.telling import Telling

STYLES = (
    *("title", "description", "meta", "positive", "negative", "neutral", "unrated", "favourite"),
    *("teller", "teller-open", "tag", "tag-edge", "cover", "host", "key", "flag"),
    *("later", "own-tag"),
)
"""Every name of a style that a line may carry."""

HEADER_PLACES = 10_000
"""Places (`Line.at`) below this are in the header, and the text begins here, so that a saved
position in the text stays right when the header changes."""

_PLACES_A_PART = 1_000
_LONGEST_FORMER = 1_000
"""Characters of a former title that may be on its line."""


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

    The target of a span in the style `tag` is the tag, in the styles `cover` and `host` the URL, in
    the style `teller` the place of a source. telling: who tells the story, if several sources do.
    own_tags: the user's, below the publisher's.
    """
    source = article.source.key if article.source else ""
    tags = chips(article.tags, article.cover, width)
    parts: tuple[list[list[Span]], ...] = (
        [
            [_sentence(article.title, "title")],
            *([_former(title, width)] for title in article.former_titles[:1]),
        ],
        [
            facts(article, read=read, favourite=favourite, later=later, now=now, width=width),
            *([tellers(telling, source, width)] if telling else []),
        ],
        [spans for spans in (tags, _own(own_tags)) if spans],
        [[_sentence(f"! {in_words(flag)}", "flag")] for flag in article.flags],
        [[], [_sentence(summary, "description")]] if (summary := lead(article)) else [],
        [[]],
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
    was = _("was: {title}").format(title=" ".join(title[:_LONGEST_FORMER].split()))
    return Span(fit(was, width).rstrip(), ("meta",))


def _own(tags: Iterable[str]) -> list[Span]:
    spans: list[Span] = []
    for tag in tags:
        spans += [Span("  ", ())] * bool(spans)
        spans.append(Span("#" + tag.replace(" ", "\xa0"), ("own-tag",)))
    return spans
