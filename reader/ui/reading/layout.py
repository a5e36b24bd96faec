"""The lines of an article: header and text in parts that are laid out when they are needed.

Pure: defines the lines; a view decides when they are laid out and where they are shown.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain, pairwise
from sys import maxsize
from typing import TYPE_CHECKING, NamedTuple

from reader.article import Article
from reader.ui.prose.sectioned_lines import Part
from reader.ui.prose.text import Prose
from reader.ui.prose.wrap import Line, Span, width_of, wrap
from reader.ui.reading.header import HEADER_PLACES, header_lines

if TYPE_CHECKING:
    from reader.cache.insight.telling import Telling

END = maxsize
"""The place after every other."""


class Marks(NamedTuple):
    """How an article is marked, as its header shows it."""

    read: bool
    favourite: bool
    telling: "Telling | None" = None
    """Who tells its story, if several sources do."""
    later: bool = False
    own_tags: tuple[str, ...] = ()


class Margins(NamedTuple):
    """Position and width of the text column, in the middle of a view."""

    left: int
    """Cells left of it."""
    width: int
    """Cells of the column."""


def margins(seen: int, most: int) -> Margins:
    """Return the column of at most `most` cells in a view of `seen` cells."""
    margin = min(2, seen // 20)
    width = max(1, min(most, seen - 2 * margin))
    return Margins((seen - width) // 2, width)


def article_parts(
    article: Article, prose: Prose, marks: Marks, now: datetime, width: int
) -> Iterator[Part]:
    """Yield the article in parts; the header belongs to the first, a blank line ends the last.

    now: aware.
    """
    header = partial(
        header_lines,
        article,
        read=marks.read,
        favourite=marks.favourite,
        now=now,
        width=width,
        telling=marks.telling,
        later=marks.later,
        own_tags=marks.own_tags,
    )
    parts = chain(prose.sections(width), [None])
    for number, (part, following) in enumerate(pairwise(parts)):
        if part:
            lay_out = partial(_moved, part.lay_out, None if number else header, following is None)
            if number:
                yield part._replace(start=HEADER_PLACES + part.start, lay_out=lay_out)
            else:  # the words of the header are not in the text
                yield Part(0, part.size, lay_out, HEADER_PLACES)


def hint_parts(text: str, width: int, height: int) -> list[Part]:
    """Return a plain text in the middle of a view without an article."""
    return [Part(0, 0, lambda: _in_the_middle(text, width, height))]


def _moved(
    lay_out: Callable[[], Iterator[Line]],
    header: Callable[[], Iterable[Line]] | None,
    is_last: bool,
) -> Iterator[Line]:
    """Yield a part of the text at its places below the header, which comes first if given."""
    if header:
        yield from header()
    for spans, at in lay_out():
        yield Line(spans, HEADER_PLACES + at)
    if is_last:
        yield Line((), END)


def _in_the_middle(text: str, width: int, height: int) -> Iterator[Line]:
    lines = [spans for _, spans in wrap([Span(text, ("hint",))], min(width, 60))]
    above = max(0, (height - len(lines)) // 2)
    for number in range(above):
        yield Line((), number)
    for number, spans in enumerate(lines, above):
        margin = Span(" " * ((width - width_of(spans)) // 2))
        yield Line((margin, *spans), number)
