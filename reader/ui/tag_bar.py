"""The line on top: what filters now, then the most frequent tags under the digits 1 to 9.

Says how the terms of a query look and which digit a tag gets; what a click or a digit does to the
query is the screen's.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip

from reader.article import Sentiment
from reader.library import TagCount
from reader.query import Field, Term
from reader.ui.painted import Painted

_MINUS = "\N{MINUS SIGN}"
_DIGITS = range(1, 10)
_MORE = " …"
_WIDEST = 28
"""Cells of a term or a tag: one of them is not to push all others out."""


class ChipKind(StrEnum):
    """What a chip is coloured by."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    UNRATED = "unrated"
    OTHER = "other"


class Chip(NamedTuple):
    """A term of the query as it is shown."""

    text: str
    kind: ChipKind
    term: Term


class DigitTag(NamedTuple):
    """A tag under its digit. `state`: True where it is asked for, False where it is ruled out."""

    digit: int
    tag: str
    articles: int | None
    """None while they are being counted."""
    state: bool | None = None


def chip(term: Term) -> Chip:
    """`+XRP`, `−MARKET`, `▼`, `en`, `"spot etf"`; terms of other fields as they are typed."""
    sign = _MINUS if term.exclude else ""
    kind = ChipKind.OTHER
    match term.field:
        case Field.TAG:
            kind = ChipKind.INCLUDED
            text = (sign or "+") + term.value.upper()
        case Field.SENTIMENT:
            kind = ChipKind(term.value)
            text = sign + Sentiment(term.value.upper()).glyph
        case Field.LANG:
            text = sign + term.value
        case None:
            text = f'{sign}"{term.value}"{"*" * term.prefix}'
        case _:
            text = sign + str(term).removeprefix("-")
    return Chip(text=text, kind=ChipKind.EXCLUDED if term.exclude else kind, term=term)


def assign_digits(
    named: Sequence[Term], frequent: Sequence[TagCount], previous: Sequence[DigitTag] = ()
) -> tuple[DigitTag, ...]:
    """The tags of the bar, in order of their digits.

    `named`: the tag terms of the query, in the order in which they were added. Each keeps the digit
    that it had in the `previous` bar; one that had none takes the highest free digit. What is left
    goes, from 1 up, to the `frequent` tags, which come most frequent first. Tags compare without
    case; a tenth has no place.
    """
    had = {tag.tag.casefold(): tag.digit for tag in previous}
    names = {term.value: not term.exclude for term in named}
    counted = {entry.tag.casefold(): entry for entry in frequent}
    places = {had[name]: name for name in names if name in had}
    free = [digit for digit in _DIGITS if digit not in places]
    for name in names:
        if name not in had and free:
            places[free.pop()] = name
    places |= zip(free, (name for name in counted if name not in names), strict=False)
    entries = (
        (digit, counted.get(name) or TagCount(name.upper(), 0), names.get(name))
        for digit, name in sorted(places.items())
    )
    return tuple(
        DigitTag(digit=digit, tag=entry.tag, articles=entry.articles, state=state)
        for digit, entry, state in entries
    )


class TagBar(Painted):
    """One line. What does not fit is left out from the end, whole."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tag-bar--asked-for",
        "tag-bar--digit",
        "tag-bar--muted",
        "tag-bar--ruled-out",
        *(f"tag-bar--{kind}" for kind in ChipKind),
    }

    ALLOW_SELECT = False

    class TagCycled(Message):
        """A numbered tag was clicked, which means what its digit means."""

        def __init__(self, tag: str) -> None:
            self.tag = tag
            super().__init__()

    class ChipRemoved(Message):
        """A chip was clicked: its term has to go."""

        def __init__(self, term: Term) -> None:
            self.term = term
            super().__init__()

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._chips: Sequence[Chip] = ()
        self._tags: Sequence[DigitTag] = ()

    def show(self, query_chips: Sequence[Chip], tags: Sequence[DigitTag]) -> None:
        """Show what filters now and the numbered tags, both in the order given."""
        if (query_chips, tags) != (self._chips, self._tags):
            self._chips, self._tags = query_chips, tags
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        meta = event.style.meta
        if "tag" in meta:
            self.post_message(self.TagCycled(meta["tag"]))
        for chip in self._chips:
            if str(chip.term) == meta.get("term"):
                self.post_message(self.ChipRemoved(chip.term))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y:
            return Strip.blank(width, self._style(""))
        items = [*self._chip_items(), *self._tag_items()]
        segments: list[Segment] = []
        room = width
        for k, item in enumerate(items):
            cells = sum(segment.cell_length for segment in item)
            ellipsis = len(_MORE) if k < len(items) - 1 else 0
            if cells + ellipsis > room:
                segments.append(Segment(_MORE, self._style("muted")))
                break
            segments += item
            room -= cells
        return Strip(segments).adjust_cell_length(width, self._style(""))

    def _chip_items(self) -> Iterator[list[Segment]]:
        if not self._chips:
            yield [Segment("all articles", self._style("muted"))]
        for k, chip in enumerate(self._chips):
            text = _cut(chip.text)
            style = self._style(chip.kind) + Style(meta={"term": str(chip.term)})
            yield [Segment(" " if k else "", self._style("")), Segment(f" {text} ", style)]

    def _tag_items(self) -> Iterator[list[Segment]]:
        for k, tag in enumerate(self._tags):
            sign = {None: "", True: "+", False: _MINUS}[tag.state]
            name = {None: "", True: "asked-for", False: "ruled-out"}[tag.state]
            item = [
                Segment(f"{tag.digit} ", self._style("digit")),
                Segment(sign + _cut(" ".join(tag.tag.split())), self._style(name)),
            ]
            if tag.state is not False:  # nothing that is shown has it
                count = "…" if tag.articles is None else tag.articles
                item.append(Segment(f" {count}", self._style("muted")))
            meta = Style(meta={"tag": tag.tag})
            gap = Segment("  " if k else " │ ", self._style("muted"))
            yield [gap, *Segment.apply_style(item, post_style=meta)]

    def _style(self, name: str) -> Style:
        return self.style_of(f"tag-bar--{name}" if name else "")


def _cut(text: str) -> str:
    return Content(text).truncate(_WIDEST, ellipsis=True).plain
