"""The line of a header that says who else tells the story, when and how.

Pure: spans with names of styles; no widget, colour or clock.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reader.ages import span_in_words
from reader.article import Sentiment
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
    line = [Span(f"{len(firsts)} sources: ", ("meta",))]
    room = width - width_of(line)
    for place, spans in enumerate(_parts(firsts, source)):
        taken = width_of(spans)
        is_last = place == len(firsts) - 1
        if taken + (0 if is_last else width_of([_MORE])) > room:
            return _cut([*line, _MORE], width)
        line += spans
        room -= taken
    return line


def _parts(firsts: "Sequence[Teller]", source: str) -> Iterator[list[Span]]:
    start = firsts[0].published
    for place, each in enumerate(firsts):
        later = (each.published - start).total_seconds()
        when = f"+{span_in_words(later)}" if place else f"{start.astimezone():%H:%M}"
        is_open = each.source == source
        name = fit(each.source, min(_LONGEST_NAME, cell_len(each.source))) or "no source"
        style = ("teller", "teller-open") if is_open else ("teller",)
        is_rated = each.sentiment is not Sentiment.UNRATED
        yield [
            *([Span(_BETWEEN, ("meta",))] if place else []),
            Span(" ".join(name.split()), style, str(place)),
            Span(f" {when}", ("meta",)),
            *([_glyph(each.sentiment)] if is_rated else []),
        ]


def _glyph(sentiment: Sentiment) -> Span:
    return Span(f" {sentiment.glyph}", ("meta", sentiment.lower()))


def _cut(line: list[Span], width: int) -> list[Span]:
    """Return the line, or as much of its text as fits on a narrow screen."""
    if width_of(line) <= width:
        return line
    return [Span(fit("".join(span.text for span in line), width).rstrip(), ("meta",))]
