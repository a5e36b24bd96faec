"""Lay out tables: share the width among columns, or turn rows into records if they do not fit.

Cells are spans; this module does not know Markdown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat, zip_longest

from rich.cells import cell_len

from reader.ui.prose.wrap import Span, Styles, width_of, wrap

Cell = Sequence[Span]
Row = Sequence[Cell]

_WORD_CELLS = 14
"""A column stays as wide as its longest word, unless that is longer than this."""
_TALLEST = 6
"""About how many lines a cell may be wrapped into."""
_BETWEEN = " │ "
_CROSSING = "─┼─"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The columns of a table: their widths in cells and alignments.

    alignments: `left`, `center` or `right`, one for each column. styles: of the text around.
    """

    widths: tuple[int, ...]
    alignments: tuple[str, ...]
    styles: Styles

    def head(self, row: Row) -> Iterator[tuple[Span, ...]]:
        """Yield the lines of the head row and the rule below it."""
        yield from self.row(row)
        rule = _CROSSING.join("─" * width for width in self.widths)
        yield (Span(rule, (*self.styles, "rule")),)

    def row(self, row: Row) -> Iterator[tuple[Span, ...]]:
        """Yield the lines of one row, its cells wrapped."""
        cells = [
            [spans for _, spans in wrap(cell, width)]
            for cell, width in zip(row, self.widths, strict=True)
        ]
        for line in zip_longest(*cells, fillvalue=()):
            yield tuple(self._line(line))

    def _line(self, parts: Sequence[Sequence[Span]]) -> Iterator[Span]:
        for column, part in enumerate(parts):
            if column:
                yield Span(_BETWEEN, (*self.styles, "rule"))
            free = self.widths[column] - width_of(part)
            before = {"right": free, "center": free // 2}.get(self.alignments[column], 0)
            if before > 0:
                yield Span(" " * before, self.styles)
            yield from part
            if free > before and column < len(parts) - 1:
                yield Span(" " * (free - before), self.styles)


def fit(
    rows: Sequence[Row],
    alignments: Sequence[str],
    styles: Styles,
    width: int,
    below: Sequence[int] = (),
) -> Grid | None:
    """Return the grid of the rows in `width` cells; None if words would break or cells be too high.

    below: widths that the columns of later rows need.
    """
    room = width - len(_BETWEEN) * (len(alignments) - 1)
    columns = list(zip(*rows, strict=True))
    natural = [
        max(1, beneath, *map(_natural, column))
        for column, beneath in zip(columns, chain(below, repeat(0)), strict=False)
    ]
    least = [min(_WORD_CELLS, max(1, *map(_longest_word, column))) for column in columns]
    widths = natural
    if sum(natural) > room:
        widths = _share(least, natural, room)
        if sum(least) > room or any(map(_is_too_narrow, widths, natural)):
            return None
    return Grid(widths=tuple(widths), alignments=tuple(alignments), styles=styles)


def _is_too_narrow(width: int, natural: int) -> bool:
    return width * _TALLEST < natural


def _share(least: Sequence[int], natural: Sequence[int], room: int) -> list[int]:
    """Return widths that fill the room: narrow columns as they are, the others in equal parts."""
    widths = list(least)
    free = room - sum(least)
    by_wish = sorted(range(len(least)), key=lambda column: natural[column] - least[column])
    for place, column in enumerate(by_wish):
        more = min(natural[column] - least[column], free // (len(by_wish) - place))
        widths[column] += more
        free -= more
    return widths


def record(head: Row, row: Row, width: int, styles: Styles) -> Iterator[tuple[Span, ...]]:
    """Yield a row that fits no grid as `header: value`, at least one line for each cell."""
    for name, cell in zip(head, row, strict=True):
        label = [*name, Span(": ", (*styles, "head"))] if width_of(name) else []
        for number, (_, spans) in enumerate(wrap([*label, *cell], max(1, width - 2))):
            yield (Span("  ", styles), *spans) if number else spans


def _natural(cell: Cell) -> int:
    return max(map(cell_len, "".join(span.text for span in cell).split("\n")))


def _longest_word(cell: Cell) -> int:
    return max(map(cell_len, "".join(span.text for span in cell).split()), default=0)
