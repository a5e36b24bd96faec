"""The reading pane: one article, header and text in one scroll, painted line by line.

What the lines say is `article_header`'s and `prose`'s business; here they get their looks, are
scrolled, clicked and selected. The first screenful is laid out at once, the rest in slices while
nothing else happens.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from sys import maxsize
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import var
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from reader.article import Article
from reader.config_paths import resource
from reader.query import Term
from reader.ui import article_header, prose
from reader.ui.article_header import HEADER_PLACES, header_lines
from reader.ui.highlights import Highlights
from reader.ui.long_view import LongView
from reader.ui.prose import Prose
from reader.ui.prose_wrap import Line, Span, Styles, width_of, wrap
from reader.ui.sectioned_lines import Part, SectionedLines, Spot

if TYPE_CHECKING:
    from reader.ui.prose_inline import Link

SCREENFUL_S = 0.08
"""How long what is seen may take to be laid out before it is painted with what there is."""

AT_ONCE_S = 0.03
"""How long what is not seen yet may delay the painting, or a slice for which somebody waits."""

MATCH_S = 1.0
"""How long a text without a match so far is laid out further for the next one."""

SLICE_S = 0.006
PAUSE_S = 0.03
"""From slice to slice: keys and clicks go first."""

FIRST_LAYOUT_S = 0.25
"""What the first layout takes at most; on a terminal of one line it never comes."""

AHEAD = 5_000
MOST_IN_ADVANCE = 20_000
"""Lines that are laid out below those that are seen, and in all before they are seen: no text may
fill the memory."""

_END = maxsize
"""The place after every other."""

_UNCOPIED = {"edge", "bar", "tag-edge"}
"""Styles of what is drawn around the text and is none of it."""

_CLICKS = {"tag": "tag", "tag-edge": "tag", "cover": "cover"}
"""What a click means, by the first style of what was clicked; a link where it is none of these."""

_MOVE = Binding.Group("Move")


def _key(key: str, action: str, name: str, tooltip: str) -> Binding:
    id = f"reading.{name.lower().replace(' ', '-')}"
    return Binding(key, action, name, tooltip=tooltip, id=id, group=_MOVE)


class ReadingPane(LongView, can_focus=True, inherit_bindings=False):
    """Shows an article, or a hint where there is none."""

    ALLOW_SELECT = True

    # Read with this file, when the first article is opened.
    DEFAULT_CSS = (resource("styles") / "30-reading.tcss").read_text("utf-8")

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"reading-pane--{name}"
        for name in (*prose.STYLES, *article_header.STYLES, "hint", "match", "match-current")
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("j,down", "move(1)", "Down", "One line down"),
        _key("k,up", "move(-1)", "Up", "One line up"),
        _key("g,home", "top", "Top", "To the beginning"),
        _key("G,end", "bottom", "Bottom", "To the end"),
        _key("ctrl+d", "page(0.5)", "Half page down", "Half a page down"),
        _key("ctrl+u", "page(-0.5)", "Half page up", "Half a page up"),
        _key("space,pagedown", "page(1)", "Page down", "A page down"),
        _key("pageup", "page(-1)", "Page up", "A page up"),
    ]

    column_width: var[int] = var(88, init=False)
    """The most cells that a line takes; the column stands in the middle."""

    read: var[bool] = var(False, init=False)
    favourite: var[bool] = var(False, init=False)
    """How the article is marked."""

    @dataclass
    class LinkClicked(Message):
        """A link or an image of the text; the URL as the article has it, not checked."""

        url: str
        label: str

    @dataclass
    class TagClicked(Message):
        tag: str

    class CoverClicked(Message):
        """The line about the cover image."""

    @dataclass
    class MatchesFound(Message):
        """How many places the words stand in, and at which the reader is, from 1; 0: none yet.

        No places: what was told before is of another article, or of another search. Places are
        counted in what is laid out, which may begin below the start and end above the end.
        """

        count: int
        current: int
        is_from_start: bool = True
        is_to_end: bool = True

    class MatchesPassed(Message):
        """Other matches are ahead, or none: the text was scrolled, or laid out to its end."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ReadingPane.MatchesPassed)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._article: Article | None = None
        self._prose = Prose("")
        self._now: datetime | None = None
        self._hint = ""
        self._lines = SectionedLines([Part(0, 0, lambda: iter(()))])
        self._width = 0
        """Cells for which the lines were laid out, margins and all."""
        self._left = 0
        self._anchor = 0
        """The place on the top line as the reader chose it: it survives any number of layouts."""
        self._wish: int | None = None
        """A place to go to once it is laid out."""
        self._placing = False
        self._strips: dict[Spot, Strip] = {}
        self._looks: dict[Styles, Style] = {}
        self._pressed_at: Offset | None = None
        self._slices: Timer | None = None
        self._has_size = asyncio.Event()
        self._highlights = Highlights()
        self._counted = 0
        """Matches in this article as they were told last: a layout anew is no news."""

    def show(
        self,
        article: Article,
        *,
        read: bool,
        favourite: bool,
        now: datetime,
        position: int = 0,
    ) -> None:
        """Shows the article, scrolled to what `position` gave for it before. `now`: aware."""
        self._article, self._prose, self._now = article, Prose(article.body), now
        self.set_reactive(ReadingPane.read, read)
        self.set_reactive(ReadingPane.favourite, favourite)
        self._forget_matches()
        self._lay_out(position)

    def show_hint(self, text: str) -> None:
        """Shows no article, but a hint in the middle."""
        self._article, self._prose, self._hint = None, Prose(""), text
        self._lay_out(0)

    @property
    def links(self) -> "list[Link]":
        """The article's links in order, each URL once, as `Prose.links` has them."""
        return self._prose.links()

    @property
    def position(self) -> int:
        """The place of the top line, the same text at any width; for `show`. 0: the top."""
        return self._anchor

    # Words that were searched for

    def highlight(self, terms: Iterable[Term]) -> None:
        """Show where the words of a search stand, in this article and those that follow."""
        if self._highlights.ask(terms):
            self._forget_matches()
            self._strips.clear()
            self._search()
            self.refresh()

    def has_match_ahead(self) -> bool:
        """Whether `go_to_match(1)` has anywhere to go, or the text is not laid out so far."""
        if not self._lines.is_complete and self._highlights.has_words:
            return True
        return self._highlights.ahead(1, round(self.scroll_y)) is not None

    async def go_to_match(self, step: Literal[1, -1], *, at_edge: bool = False) -> bool:
        """Scroll to the next or previous match; False where there is none that way.

        at_edge: to the first match of the article, or (-1) to the last.
        """
        if not self._width:
            return False
        self._lay_out_rest(AT_ONCE_S)
        deadline = monotonic() + MATCH_S
        lines, go = self._lines, self._highlights
        spot = lines.spot(round(self.scroll_y))
        if at_edge:
            spot = lines.spot(0) if step > 0 else lines.reach(_END, MATCH_S) or lines.last()
        while True:
            self._search(spot)
            line = go.go_to_edge(step) if at_edge else go.go(step, round(self.scroll_y))
            if line is not None or monotonic() > deadline:
                break
            if lines is not self._lines or not lines.extend(spot, step, AT_ONCE_S):
                break
            self._measure()
            await asyncio.sleep(0)  # others paint, too
        if line is None:
            return False
        self._strips.clear()
        top = round(self.scroll_y)
        if not top <= line < top + self._seen.height:
            self._show_line(lines.spot(line))
        self.refresh()
        self._tell_of_matches(go.current + 1)
        return True

    def _lay_out_rest(self, seconds: float) -> None:
        """Lay out what is missing, if it takes no longer: matches are then counted in all."""
        if not self._lines.is_complete:
            view = self._lines.spot(round(self.scroll_y))
            self._lines.fill(_END, seconds)
            self._measure()
            self._stay_at(view, is_granted=False)

    def _tell_of_matches(self, current: int) -> None:
        count, is_to_end = self._highlights.count, self._highlights.is_to_end
        is_from_start = self._highlights.is_from_start
        self.post_message(self.MatchesFound(count, current, is_from_start, is_to_end))

    def _show_line(self, spot: Spot) -> None:
        """Scroll to a line that is laid out, with some of those above it."""
        height = self._seen.height
        self._lines.spread(spot, height, height, SCREENFUL_S)
        self._measure()
        self._scroll_to_line(self._lines.number(spot) - height // 3)

    def _forget_matches(self) -> None:
        if self._counted:
            self.post_message(self.MatchesFound(0, 0))
        self._counted = 0
        self._highlights.forget()

    def _search(self, spot: Spot | None = None) -> None:
        """Look through what is laid out around the spot, else what is seen, if that is new."""
        spot = spot or self._lines.spot(round(self.scroll_y))
        if not self._highlights.look_around(self._lines, spot):
            return
        self._strips.clear()
        count, is_whole = self._highlights.count, self._lines.is_complete
        # Fewer than were told: the layout began anew and has not come to the others yet.
        is_news = count > self._counted and self._highlights.is_from_start
        if is_news or (is_whole and count != self._counted):
            self._counted = count
            self._tell_of_matches(min(self._highlights.current + 1, count))

    def _matched(self, strip: Strip, index: int) -> Strip:
        """The strip with the matches of its line marked."""
        for match in self._highlights.on_line(index):
            is_current = match.number == self._highlights.current
            look = self.style_of(f"reading-pane--{'match-current' if is_current else 'match'}")
            strip = _restyled(strip, match.start + self._left, match.end + self._left, look)
        return strip

    # Keys

    def action_move(self, lines: int) -> None:
        self._scroll_to_line(round(self.scroll_y) + lines)

    def action_page(self, pages: float) -> None:
        height = self._seen.height
        # A full page keeps one line in sight.
        lines = round(pages * height) if abs(pages) < 1 else round(pages * max(1, height - 1))
        self.action_move(lines)

    def action_top(self) -> None:
        self._scroll_to_line(0)

    def action_bottom(self) -> None:
        self._wish = _END
        self._lay_out_more(AT_ONCE_S)

    # Layout

    @property
    def _seen(self) -> Size:
        """Cells and lines in which the text is seen."""
        return self.scrollable_content_region.size

    def watch_column_width(self) -> None:
        self._lay_out(self._anchor)

    def watch_read(self) -> None:
        self._lay_out(self._anchor)

    def watch_favourite(self) -> None:
        self._lay_out(self._anchor)

    def on_mount(self) -> None:
        self._slices = self.set_interval(PAUSE_S, self._lay_out_slice, pause=True)

    async def first_layout(self) -> None:
        """Wait until it is known how much can be seen, where anything can."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_size.wait(), FIRST_LAYOUT_S)

    def on_resize(self) -> None:
        self._has_size.set()
        if self._article is None or self._seen.width != self._width:
            self._lay_out(self._anchor)
        else:
            self._lay_out_more(AT_ONCE_S)

    def _lay_out(self, place: int) -> None:
        """Begins anew, with `place` on the top line as soon as it is there."""
        self._anchor = self._wish = place
        self._width = self._seen.width
        if not self._width:
            return
        margin = min(2, self._width // 20)
        column = max(1, min(self.column_width, self._width - 2 * margin))
        self._left = (self._width - column) // 2
        self._strips.clear()
        self._lines = SectionedLines(self._parts(column))
        self._highlights.forget_places()
        self._lay_out_more(AT_ONCE_S)
        if self._wish is not None:
            self._place(0)
        self.refresh()

    def _parts(self, width: int) -> list[Part]:
        """The text in parts: the header belongs to the first, an empty line ends the last."""
        article, now = self._article, self._now
        if article is None or now is None:
            hint, height = self._hint, self._seen.height
            return [Part(0, 0, lambda: _in_the_middle(hint, width, height))]
        header = partial(
            header_lines, article, read=self.read, favourite=self.favourite, now=now, width=width
        )
        parts = self._prose.sections(width)
        last = len(parts) - 1
        return [
            Part(
                HEADER_PLACES + part.start if number else 0,
                part.size,
                partial(_moved, part.lay_out, None if number else header, number == last),
                0 if number else HEADER_PLACES,
            )
            for number, part in enumerate(parts)
        ]

    def _lay_out_more(self, seconds: float, ahead: int = 0) -> None:
        """Lays out what is seen, a page around it, and `ahead`; then goes where it is wished."""
        lines, height = self._lines, self._seen.height
        before, was_complete, was_all_there = lines.laid_out, lines.is_complete, self._is_painted
        view = None if self._wish is None else lines.reach(self._wish, seconds)
        is_granted = view is not None
        if view is None:
            view = lines.spot(round(self.scroll_y))
        lines.spread(view, height if self._wish == _END else 0, height, SCREENFUL_S)
        lines.spread(view, height, 2 * height + ahead, seconds)
        if ahead:
            lines.fill(min(round(self.scroll_y) + ahead, MOST_IN_ADVANCE), seconds)
        self._measure()
        self._stay_at(view, is_granted)
        if before == 0 or lines.is_complete or not self._highlights.covers(lines, view, height):
            self._search()
        if self._highlights.has_words and lines.is_complete and not was_complete:
            self.post_message(self.MatchesPassed())
        if not was_all_there:
            self.refresh()
        if self._slices:
            idle = lines.is_complete or (self._wish is None and self._is_enough)
            (self._slices.pause if idle else self._slices.resume)()

    @property
    def _is_painted(self) -> bool:
        """Whether every line that is seen is laid out."""
        top = round(self.scroll_y)
        seen = range(top, min(top + self._seen.height, len(self._lines)))
        return bool(seen) and all(self._lines.get(index) for index in seen)

    @property
    def _is_enough(self) -> bool:
        """Whether so much is laid out that no more is, before it is scrolled to."""
        wanted = round(self.scroll_y) + AHEAD
        run = self._lines.run(self._lines.spot(round(self.scroll_y)))
        is_below = run.first + run.size >= wanted or run.is_to_end
        return is_below and self._lines.laid_out >= min(wanted, MOST_IN_ADVANCE)

    def _lay_out_slice(self) -> None:
        self._lay_out_more(SLICE_S if self._wish is None else AT_ONCE_S, AHEAD)

    def _measure(self) -> None:
        """Tells the scroll bar how many lines there are, or will be by what is known so far."""
        if self.virtual_size != (size := Size(self._width, len(self._lines))):
            self._placing = True
            self.virtual_size = size
            self._placing = False

    def _stay_at(self, view: Spot, is_granted: bool) -> None:
        """Keep the line on top that was there before others were laid out, or go where wished."""
        if is_granted and self._wish is not None:
            self._grant(self._wish)
        elif (line := self._lines.number(view)) != round(self.scroll_y):
            self._place(line)

    def _grant(self, wish: int) -> None:
        self._wish = None
        self._place(self._lines.number(self._lines.spot_of(wish) or self._lines.last()))
        if wish == _END:
            self._anchor = self._place_on_top()

    def _place(self, line: int) -> None:
        """Scrolls without forgetting the place that the reader chose."""
        self._placing = True
        self._scroll_to_line(line)
        self._placing = False

    def _scroll_to_line(self, line: int) -> None:
        self.scroll_to(y=line, animate=False, force=True)

    def _place_on_top(self) -> int:
        top = min(round(self.scroll_y), len(self._lines) - 1)
        line = self._lines.get(top) if top > 0 else None
        return line.at if line else 0

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self._placing or round(old_value) == round(new_value):
            return
        self._wish = None
        self._lay_out_more(AT_ONCE_S)
        self._anchor = self._place_on_top()
        if self._highlights.count and self._highlights.current < 0:
            self.post_message(self.MatchesPassed())

    # Looks

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks.clear()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """The line with the places of its characters, by which Textual selects text.

        Every segment then has a style of its own. Painting does without: Rich and Textual keep
        thousands of styles, and nothing else in this program has so many.
        """
        return self.paint_line(y).apply_offsets(0, round(self.scroll_y) + y)

    def paint_line(self, y: int) -> Strip:
        index = round(self.scroll_y) + y
        if self._lines.get(index) is None:
            return Strip.blank(self._width, self.rich_style)
        selection = self.text_selection
        span = selection.get_span(index) if selection else None
        if span is not None:
            return self._strip(index, span)
        spot = self._lines.spot(index)
        if (strip := self._strips.get(spot)) is None:
            if len(self._strips) > AHEAD:
                self._strips.clear()
            strip = self._strips[spot] = self._strip(index)
        return strip

    def _strip(self, index: int, selected: tuple[int, int] | None = None) -> Strip:
        """The line with its margins. `selected`: from and to which character, -1 for the end."""
        base = self._look(Span(""))
        segments = [Segment(" " * self._left, base)]
        spans = line.spans if (line := self._lines.get(index)) else ()
        segments += [Segment(span.text, self._look(span)) for span in spans]
        strip = self._matched(Strip(segments), index)
        if selected:
            strip = _restyled(
                strip, *selected, self.screen.get_component_rich_style("screen--selection")
            )
        return strip.crop_extend(0, self._width, base)

    def _look(self, span: Span) -> Style:
        look = self._looks.get(span.styles)
        if look is None:
            look = self._looks[span.styles] = self._blend(span.styles)
        if not span.target:
            return look
        kind = span.styles[0]
        return look + Style(meta={"clicked": (_CLICKS.get(kind, "link"), span.target)})

    def _blend(self, styles: Styles) -> Style:
        """The looks of the styles, each over those before it."""
        look = self.rich_style
        for name in styles:
            component = f"reading-pane--{name}"
            rules = self.get_component_styles(component)
            full = self.get_component_rich_style(component)
            look += Style(
                color=full.color if rules.has_rule("color") else None,
                bgcolor=full.bgcolor if rules.has_rule("background") else None,
            )
            look += rules.text_style
        return look

    # Mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._pressed_at = event.screen_offset

    def on_click(self, event: events.Click) -> None:
        was_dragged = event.screen_offset != self._pressed_at
        if was_dragged or event.chain > 1 or "clicked" not in event.style.meta:
            return
        kind, target = event.style.meta["clicked"]
        if kind == "tag":
            self.post_message(self.TagClicked(target))
        elif kind == "cover":
            self.post_message(self.CoverClicked())
        else:
            label = self._label(round(self.scroll_y) + event.y, target)
            self.post_message(self.LinkClicked(target, label))

    def _label(self, index: int, url: str) -> str:
        """The whole label of a link of which a part is on the line."""

        def part(number: int) -> str:
            spans = line.spans if number >= 0 and (line := self._lines.get(number)) else ()
            return "".join(span.text for span in spans if span.target == url)

        first = last = index
        while part(first - 1):
            first -= 1
        while part(last + 1):
            last += 1
        parts = [part(line) for line in range(first, last + 1)]
        return url if "".join(parts) == url else " ".join(parts)

    # Selection

    def selection_updated(self, _selection: Selection | None) -> None:
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        if selection.end is None:
            self._lines.fill(_END, _END)
        text = [
            self._copied(index, *span)
            for index in range(len(self._lines))
            if (span := selection.get_span(index)) is not None
        ]
        return "\n".join(text).strip("\n"), "\n"

    def _copied(self, index: int, start: int, end: int) -> str:
        """The characters of a line from `start` to `end`, margin counted but not copied."""
        at, text = self._left, ""
        line = self._lines.get(index)
        for span in line.spans if line else ():
            stop = len(span.text) if end < 0 else max(0, end - at)
            if not _UNCOPIED.intersection(span.styles):
                text += span.text[max(0, start - at) : stop]
            at += len(span.text)
        return text.replace("\xa0", " ").rstrip()


def _moved(
    lay_out: Callable[[], Iterator[Line]],
    header: Callable[[], Iterable[Line]] | None,
    is_last: bool,
) -> Iterator[Line]:
    """A part of the text at its places below the header, which comes first where it is given."""
    if header:
        yield from header()
    for spans, at in lay_out():
        yield Line(spans, HEADER_PLACES + at)
    if is_last:
        yield Line((), _END)


def _restyled(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with `style` over its characters from `start` to `end`, -1 for the end."""
    segments, at = [], 0
    for text, look, _ in strip:
        first = min(max(0, start - at), len(text))
        last = len(text) if end < 0 else min(max(first, end - at), len(text))
        over = (look or Style()) + style
        parts = (text[:first], look), (text[first:last], over), (text[last:], look)
        segments += [Segment(part, part_look) for part, part_look in parts if part]
        at += len(text)
    return Strip(segments)


def _in_the_middle(text: str, width: int, height: int) -> Iterator[Line]:
    lines = [spans for _, spans in wrap([Span(text, ("hint",))], min(width, 60))]
    above = max(0, (height - len(lines)) // 2)
    for number in range(above):
        yield Line((), number)
    for number, spans in enumerate(lines, above):
        margin = Span(" " * ((width - width_of(spans)) // 2))
        yield Line((margin, *spans), number)
