"""The reading pane: one article, header and text in one scroll, painted line by line.

What the lines say is `article_header`'s and `prose`'s business; here they get their looks, are
scrolled, clicked and selected. The first screenful is laid out at once, the rest in slices while
nothing else happens.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
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
from reader.config import resource
from reader.query import Term
from reader.ui import article_header, prose
from reader.ui.article_header import HEADER_PLACES, header_lines
from reader.ui.growing_lines import GrowingLines
from reader.ui.highlights import Highlights
from reader.ui.long_view import LongView
from reader.ui.prose import Prose
from reader.ui.prose_wrap import Line, Span, Styles, width_of, wrap

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
"""Lines that are laid out below those that are seen: no text may fill the memory."""

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

        No places: what was told before is of another article, or of another search.
        """

        count: int
        current: int

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
        self._lines = GrowingLines(iter(()))
        self._width = 0
        """Cells for which the lines were laid out, margins and all."""
        self._left = 0
        self._anchor = 0
        """The place on the top line as the reader chose it: it survives any number of layouts."""
        self._wish: int | None = None
        """A place to go to once it is laid out."""
        self._placing = False
        self._strips: dict[int, Strip] = {}
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
        top = round(self.scroll_y)
        is_all_needed = at_edge and step < 0
        deadline = monotonic() + MATCH_S
        while True:
            self._lines.grow(maxsize, _END, AT_ONCE_S)
            self._measure()
            self._search()
            is_over = self._lines.is_complete or not self._width or monotonic() > deadline
            line = None
            if is_over or not is_all_needed:
                go = self._highlights
                line = go.go_to_edge(step) if at_edge else go.go(step, top)
            if line is not None or is_over:
                break
            await asyncio.sleep(0)  # others paint, too
        if line is None:
            return False
        self._strips.clear()
        if not top <= line < top + self._seen.height:
            self._scroll_to_line(line - self._seen.height // 3)
        self.refresh()
        self.post_message(self.MatchesFound(self._highlights.count, self._highlights.current + 1))
        return True

    def _forget_matches(self) -> None:
        if self._counted:
            self.post_message(self.MatchesFound(0, 0))
        self._counted = 0
        self._highlights.forget()

    def _search(self) -> None:
        """Look through what is laid out, if there is more of it than before."""
        laid_out = len(self._lines)
        if not self._highlights.is_behind(laid_out):
            return
        lines = (self._lines[place] for place in range(laid_out))
        self._highlights.search(["".join(span.text for span in line.spans) for line in lines])
        count, is_whole = self._highlights.count, self._lines.is_complete
        # Fewer than were told: the layout began anew and has not come to the others yet.
        if count > self._counted or (is_whole and count != self._counted):
            self._counted = count
            current = min(self._highlights.current + 1, count)
            self.post_message(self.MatchesFound(count, current))

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
        self._lines = GrowingLines(self._all_lines(column))
        self._highlights.forget_places()
        self._lay_out_more(AT_ONCE_S)
        if self._wish is not None:
            self._place(0)
        self.refresh()

    def _all_lines(self, width: int) -> Iterator[Line]:
        if self._article is None or self._now is None:
            yield from _in_the_middle(self._hint, width, self._seen.height)
            return
        yield from header_lines(
            self._article, read=self.read, favourite=self.favourite, now=self._now, width=width
        )
        for spans, at in self._prose.lines(width):
            yield Line(spans, HEADER_PLACES + at)
        yield Line((), _END)

    def _lay_out_more(self, seconds: float, ahead: int = 0) -> None:
        """Lays out what is seen, a page more, and `ahead`; then goes where it is wished."""
        before, was_complete = len(self._lines), self._lines.is_complete
        top, height = round(self.scroll_y), self._seen.height
        if self._wish is not None:
            self._lines.grow(0, self._wish, seconds)
            top = self._lines.index(self._wish)
        self._lines.grow(top + height, 0, SCREENFUL_S)
        self._lines.grow(top + 2 * height + ahead, 0, seconds)
        self._measure()
        if before == 0 or self._lines.is_complete:
            self._search()
        if self._highlights.has_words and self._lines.is_complete and not was_complete:
            self.post_message(self.MatchesPassed())
        if before < self.scroll_y + height:
            self.refresh()
        if self._wish is not None and self._lines.goes_beyond(self._wish):
            self._grant(self._wish)
        if self._slices:
            is_enough = len(self._lines) >= self.scroll_y + AHEAD and self._wish is None
            idle = self._lines.is_complete or is_enough
            (self._slices.pause if idle else self._slices.resume)()

    def _lay_out_slice(self) -> None:
        self._lay_out_more(SLICE_S if self._wish is None else AT_ONCE_S, AHEAD)

    def _measure(self) -> None:
        """Tells the scroll bar how many lines there are, or will be by what is known so far."""
        lines = len(self._lines)
        if not self._lines.is_complete:
            last = HEADER_PLACES + len(self._article.body if self._article else "")
            lines = self._lines.expected(HEADER_PLACES, last)
        said = self.virtual_size.height
        # A scroll bar that trembles at every guess would distract.
        if self._lines.is_complete or len(self._lines) > said or abs(lines - said) > lines // 10:
            self._placing = True
            self.virtual_size = Size(self._width, lines)
            self._placing = False

    def _grant(self, wish: int) -> None:
        self._wish = None
        self._place(self._lines.index(wish))
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
        return self._lines[top].at if top > 0 else 0

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
        if index >= len(self._lines):
            return Strip.blank(self._width, self.rich_style)
        selection = self.text_selection
        span = selection.get_span(index) if selection else None
        if span is not None:
            return self._strip(index, span)
        if (strip := self._strips.get(index)) is None:
            if len(self._strips) > AHEAD:
                self._strips.clear()
            strip = self._strips[index] = self._strip(index)
        return strip

    def _strip(self, index: int, selected: tuple[int, int] | None = None) -> Strip:
        """The line with its margins. `selected`: from and to which character, -1 for the end."""
        base = self._look(Span(""))
        segments = [Segment(" " * self._left, base)]
        segments += [Segment(span.text, self._look(span)) for span in self._lines[index].spans]
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

        def part(line: int) -> str:
            spans = self._lines[line].spans if 0 <= line < len(self._lines) else ()
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
            self._lines.grow(_END)
        text = [
            self._copied(index, *span)
            for index in range(len(self._lines))
            if (span := selection.get_span(index)) is not None
        ]
        return "\n".join(text).strip("\n"), "\n"

    def _copied(self, index: int, start: int, end: int) -> str:
        """The characters of a line from `start` to `end`, margin counted but not copied."""
        at, text = self._left, ""
        for span in self._lines[index].spans:
            stop = len(span.text) if end < 0 else max(0, end - at)
            if not _UNCOPIED.intersection(span.styles):
                text += span.text[max(0, start - at) : stop]
            at += len(span.text)
        return text.replace("\xa0", " ").rstrip()


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
