"""Paint the tag bar: chips and numbered tags as one strip of cells."""

from collections.abc import Callable, Iterator, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip

from reader.i18n import _
from reader.ui.bars.chips import MINUS, Chip
from reader.ui.bars.digit_tags import DigitTag

Place = tuple[range, Chip | DigitTag]
"""The columns of what can be clicked."""

_MORE = " …"
_WIDEST = 28
"""Cells of a term or a tag, so that a long one leaves room for the others."""

Looks = Callable[[str], Style]
"""Returns the style of that name in the bar, or (empty) the bar's own."""


def bar_strip(
    chips: Sequence[Chip], tags: Sequence[DigitTag], width: int, look_of: Looks
) -> tuple[Strip, list[Place]]:
    """Return the bar, `width` cells wide; items that do not fit are left out, from the end.

    With the place of each chip and tag, without the gap before it.
    """
    items = [*_chip_items(chips, look_of), *_tag_items(tags, look_of)]
    shown: list[Chip | DigitTag | None] = [*chips, *tags]
    if not chips:
        shown.insert(0, None)
    segments: list[Segment] = []
    places: list[Place] = []
    room = width
    for k, item in enumerate(items):
        cells = sum(segment.cell_length for segment in item)
        ellipsis = len(_MORE) if k < len(items) - 1 else 0
        if cells + ellipsis > room:
            segments.append(Segment(_MORE, look_of("muted")))
            break
        segments += item
        if (of := shown[k]) is not None:
            places.append((range(width - room + item[0].cell_length, width - room + cells), of))
        room -= cells
    return Strip(segments).adjust_cell_length(width, look_of("")), places


def _chip_items(chips: Sequence[Chip], look_of: Looks) -> Iterator[list[Segment]]:
    if not chips:
        yield [Segment(_("all articles"), look_of("muted"))]
    for k, chip in enumerate(chips):
        text = f" {_cut(chip.text)} "
        yield [Segment(" " if k else "", look_of("")), Segment(text, look_of(chip.kind))]


def _tag_items(tags: Sequence[DigitTag], look_of: Looks) -> Iterator[list[Segment]]:
    for k, tag in enumerate(tags):
        sign = {None: "", True: "+", False: MINUS}[tag.state]
        name = {None: "", True: "asked-for", False: "ruled-out"}[tag.state]
        item = [
            Segment(f"{tag.digit} ", look_of("digit")),
            Segment(sign + _cut(" ".join(tag.tag.split())), look_of(name)),
        ]
        if tag.state is not False:  # no article that is shown has an excluded tag
            count = "…" if tag.articles is None else tag.articles
            item.append(Segment(f" {count}", look_of("muted")))
        yield [Segment("  " if k else " │ ", look_of("muted")), *item]


def _cut(text: str) -> str:
    return Content(text).truncate(_WIDEST, ellipsis=True).plain
