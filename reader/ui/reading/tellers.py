"""The line of a header that says who else tells the story, when and how.

Pure: spans with names of styles; no widget, colour or clock.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reader.ages import span_in_words
from reader.article import Sentiment
from reader.i18n import _, ngettext
from reader.ui.prose.wrap import Span, width_of
from reader.ui.textual_compat.cells import cell_len, fit

if TYPE_CHECKING:
    from reader.cache.insight.telling import Teller, Telling

_BETWEEN = " · "
_MORE = Span(" …", ("meta",))

_LONGEST_NAME = 24
"""Cells of a source's name."""


def tellers(telling: "Telling", source: str, width: int) -> list[Span]:
    """Return one line of at most `width` cells: the first article of each source, in order.

    source: key of the source of the open article, which is marked. The target of a name in the
    style `teller` is its place in `Telling.firsts`.
    """
    firsts = telling.firsts
    number = len(firsts)
    sources = ngettext("{number} source", "{number} sources", number).format(number=number)
    line = [Span(f"{sources}: ", ("meta",))]
    room = width - width_of(line)
    for place, spans in enumerate(_parts(firsts, source)):
        taken = width_of(spans)
        is_last = place == number - 1
        if taken + (0 if is_last else width_of([_MORE])) > room:
            count = Span(fit(sources, width).rstrip(), ("meta",))
            return [*line, _MORE] if place else [count]
        line += spans
        room -= taken
    return line


def _parts(firsts: "Sequence[Teller]", source: str) -> Iterator[list[Span]]:
    start = firsts[0].published
    for place, each in enumerate(firsts):
        later = (each.published - start).total_seconds()
        when = f"+{span_in_words(later)}" if place else f"{start.astimezone():%H:%M}"
        is_open = each.source == source
        style = ("teller", "teller-open") if is_open else ("teller",)
        is_rated = each.sentiment is not Sentiment.UNRATED
        yield [
            *([Span(_BETWEEN, ("meta",))] if place else []),
            Span(_name(each.source), style, str(place)),
            Span(f" {when}", ("meta",)),
            *([_glyph(each.sentiment)] if is_rated else []),
        ]


def _name(source: str) -> str:
    """Return the key of a source as words, cut if it is long."""
    name = " ".join(source.replace("_", " ").split()) or "".join(source.split())
    return fit(name, min(_LONGEST_NAME, cell_len(name))) or _("no source")


def _glyph(sentiment: Sentiment) -> Span:
    return Span(f" {sentiment.glyph}", ("meta", sentiment.lower()))
