"""The reading pane: what keys, clicks and the words of a search do to the open article."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from reader.article import Identity
from reader.config.paths import resource
from reader.i18n import _
from reader.query.language import Pattern, Term
from reader.ui.prose.sectioned_lines import Spot
from reader.ui.prose.text import STYLES as PROSE_STYLES
from reader.ui.reading.header import HEADER_PLACES
from reader.ui.reading.header import STYLES as HEADER_STYLES
from reader.ui.reading.highlights import Highlights
from reader.ui.reading.layout import END
from reader.ui.reading.painting import restyled
from reader.ui.reading.selection import copied, link_label
from reader.ui.reading.view import AT_ONCE_S, ArticleView

if TYPE_CHECKING:
    from reader.ui.prose.headings import Heading
    from reader.ui.prose.inline import Link

MATCH_S = 1.0
"""How long a key searches a text for the next match."""

MOST_SEARCHED = 40_000
"""Lines that are laid out to count matches, so that no text can fill the memory."""


Reached = Literal["match", "none", "later"]
"""Where a step to a match ended; later: time was up, the next step searches on."""

_MOVE = Binding.Group(_("Move"))


def _key(key: str, action: str, id: str, name: str, tooltip: str) -> Binding:
    return Binding(key, action, name, tooltip=tooltip, id=f"reading.{id}", group=_MOVE)


class ReadingPane(ArticleView, inherit_bindings=False):
    """Shows an article, marks the words of a search in it, and answers keys and clicks."""

    # Read with this module, when the first article is opened.
    DEFAULT_CSS = (resource("styles") / "30-reading.tcss").read_text("utf-8")

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"reading-pane--{name}"
        for name in (*PROSE_STYLES, *HEADER_STYLES, "hint", "match", "match-current")
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("j,down", "move(1)", "down", _("Down"), _("One line down")),
        _key("k,up", "move(-1)", "up", _("Up"), _("One line up")),
        _key("g,home", "top", "top", _("Top"), _("To the beginning")),
        _key("G,end", "bottom", "bottom", _("Bottom"), _("To the end")),
        _key("ctrl+d", "page(0.5)", "half-page-down", _("Half page down"), _("Half a page down")),
        _key("ctrl+u", "page(-0.5)", "half-page-up", _("Half page up"), _("Half a page up")),
        _key("pagedown", "page(1)", "page-down", _("Page down"), _("A page down")),
        _key("pageup", "page(-1)", "page-up", _("Page up"), _("A page up")),
        _key("slash", "screen.find", "find", _("Find"), _("Find words in this article")),
    ]

    @dataclass
    class LinkClicked(Message):
        """A link or an image was clicked; the URL is as the article has it, not checked."""

        url: str
        label: str

    @dataclass
    class TagClicked(Message):
        """A tag of the header was clicked."""

        tag: str

    @dataclass
    class TellerClicked(Message):
        """A source that tells the story was clicked: its first article."""

        identity: Identity

    class CoverClicked(Message):
        """The line about the cover image was clicked."""

    @dataclass
    class MatchesFound(Message):
        """How many matches there are, and at which the user is, from 1; 0: at none yet.

        A count of 0 takes back what was said of another article or search. Matches are counted in
        what is searched, which may begin below the start and end above the end of the text.
        """

        count: int
        current: int
        is_from_start: bool = True
        is_to_end: bool = True

    class EndSeen(Message):
        """The end of the article is in view for the first time."""

    class MatchesPassed(Message):
        """Whether matches are ahead may have changed: by scrolling, or by the end of layout."""

        def can_replace(self, message: Message) -> bool:
            """Return whether the message is of this kind: the last one counts."""
            return isinstance(message, ReadingPane.MatchesPassed)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._pressed_at: Offset | None = None
        self._highlights = Highlights()
        self._counted = 0
        """Matches in this article as they were told last: a new layout is not news."""
        self._was_end_seen = False

    @property
    def links(self) -> "list[Link]":
        """Return the article's links in order, each URL once, as `Prose.links` has them."""
        return self._prose.links()

    @property
    def headings(self) -> "list[Heading]":
        """Return the article's headings in order, at their places for `go_to`."""
        return [each._replace(place=HEADER_PLACES + each.place) for each in self._prose.headings]

    # Words that are searched for.

    def highlight(self, terms: Iterable[Term | Pattern]) -> None:
        """Mark the words of a search in this article and the next ones."""
        if self._highlights.ask(terms):
            self._forget_matches()
            self._strips.clear()
            self._search()
            self.refresh()
            self.go_on_in_slices()

    def has_match_ahead(self) -> bool:
        """Return whether there is a match ahead, or text that is not searched yet."""
        found = self._highlights
        if found.has_words and not found.knows_all(self._lines):
            return True
        return found.ahead(1, self._on_top) is not None

    async def go_to_match(self, step: Literal[1, -1], *, at_edge: bool = False) -> Reached:
        """Scroll to the next or previous match; return whether there is one that way.

        at_edge: to the first match of the article, or (-1) to the last.
        """
        if not self._width:
            return "none"
        deadline = monotonic() + MATCH_S
        lines, go = self._lines, self._highlights
        if self.is_searching():
            self.search_on(AT_ONCE_S)  # the matches of most texts are then all counted
        spot = self._on_top
        if at_edge:
            spot = lines.spot(0) if step > 0 else lines.last()
        is_more, is_late = True, False
        while True:
            self._search(spot)
            top = self._on_top
            found = go.go_to_edge(step) if at_edge else go.go(step, top)
            if found is not None or not is_more or is_late:
                break
            is_more = go.look_on(lines, spot.part, step, AT_ONCE_S)
            self._stay_at_top(top)
            is_late = monotonic() > deadline
            await asyncio.sleep(0)  # lets other widgets paint
            if lines is not self._lines:
                return "later"
        if found is None:
            return "later" if is_more else "none"
        self._strips.clear()
        if not 0 <= lines.number(found) - round(self.scroll_y) < self._seen.height:
            self._show_line(found)
        self.refresh()
        self._tell_of_matches(go.current + 1)
        self.go_on_in_slices()
        return "match"

    def _tell_of_matches(self, current: int) -> None:
        count, is_to_end = self._highlights.count, self._highlights.is_to_end
        is_from_start = self._highlights.is_from_start
        self.post_message(self.MatchesFound(count, current, is_from_start, is_to_end))

    def _forget_matches(self) -> None:
        if self._counted:
            self.post_message(self.MatchesFound(0, 0))
        self._counted = 0
        self._highlights.forget()

    def _search(self, spot: Spot | None = None) -> None:
        """Find the matches in what is laid out around the spot or, by default, what is seen."""
        spot = spot or self._on_top
        if not self._highlights.look_around(self._lines, spot):
            return
        self._strips.clear()
        count, is_whole = self._highlights.count, self._is_all_searched
        # If there are fewer than before, a new layout has not reached the others yet.
        is_news = count > self._counted and self._highlights.is_from_start
        if is_news or (is_whole and count != self._counted):
            self._counted = count
            self._tell_of_matches(min(self._highlights.current + 1, count))

    def with_marks(self, strip: Strip, index: int) -> Strip:
        """Return the strip of the line of that number with its matches marked."""
        for match in self._highlights.on_line(self._lines.spot(index)):
            is_current = match.number == self._highlights.current
            look = self.style_of(f"reading-pane--{'match-current' if is_current else 'match'}")
            strip = restyled(strip, match.start + self._left, match.end + self._left, look)
        return strip

    def article_changed(self) -> None:
        """Forget the matches of the article before, and its end."""
        self._was_end_seen = False
        self._forget_matches()

    def layout_began(self) -> None:
        """Forget the places of matches; the lines are laid out again."""
        self._highlights.forget_places()

    def lines_added(self, view: Spot, *, is_first: bool, is_completed: bool) -> None:
        """Search the new lines, and report when all are searched or the end is in view."""
        if not self._was_end_seen and self._wish is None and self._article and self.is_at_end:
            self._was_end_seen = True
            self.post_message(self.EndSeen())
        found, lines = self._highlights, self._lines
        if is_first or lines.is_complete or not found.covers(lines, view, self._seen.height):
            self._search()
        if found.has_words and is_completed:
            self.post_message(self.MatchesPassed())

    def scrolled(self) -> None:
        """Report that the view has passed matches."""
        if self._highlights.count and self._highlights.current < 0:
            self.post_message(self.MatchesPassed())

    @property
    def _is_all_searched(self) -> bool:
        return self._highlights.is_from_start and self._highlights.is_to_end

    def is_searching(self) -> bool:
        """Return whether parts of the text are not searched yet that shall be."""
        lines, found = self._lines, self._highlights
        return found.has_words and lines.laid_out < MOST_SEARCHED and not found.knows_all(lines)

    def search_on(self, seconds: float) -> None:
        """Search further parts for at most `seconds`, to count the matches of the whole text."""
        view = self._on_top
        if not self._highlights.look_on(self._lines, 0, 1, seconds):
            return
        self._stay_at_top(view)
        if self._highlights.knows_all(self._lines):
            self._search()
            self.post_message(self.MatchesPassed())

    # Keys.

    def go_to(self, place: int) -> None:
        """Scroll to a place, the same text at any width, as `position` has it."""
        self._anchor = place
        self._go_to(place)

    def action_move(self, lines: int) -> None:
        """Scroll down by `lines`; negative: up."""
        self._scroll_to_line(round(self.scroll_y) + lines)

    def action_page(self, pages: float) -> None:
        """Scroll down by `pages`, or a fraction of one; negative: up."""
        height = self._seen.height
        # A full page keeps one line in sight.
        lines = round(pages * height) if abs(pages) < 1 else round(pages * max(1, height - 1))
        self.action_move(lines)

    def action_top(self) -> None:
        """Scroll to the first line."""
        self._scroll_to_line(0)

    def action_bottom(self) -> None:
        """Scroll to the last line."""
        self._go_to(END)

    # Mouse.

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Note where the button was pressed, to tell clicks from drags."""
        self._pressed_at = event.screen_offset

    def on_click(self, event: events.Click) -> None:
        """Post what was clicked: a tag, the cover or a link. Ignore drags."""
        was_dragged = event.screen_offset != self._pressed_at
        if was_dragged or event.chain > 1 or "clicked" not in event.style.meta:
            return
        kind, target = event.style.meta["clicked"]
        if kind == "tag":
            self.post_message(self.TagClicked(target))
        elif kind == "teller" and self.telling is not None:
            self.post_message(self.TellerClicked(self.telling.firsts[int(target)].identity))
        elif kind == "cover":
            self.post_message(self.CoverClicked())
        else:
            label = link_label(self._lines, round(self.scroll_y) + event.y, target)
            self.post_message(self.LinkClicked(target, label))

    # Selection.

    def selection_updated(self, _selection: Selection | None) -> None:
        """Repaint: the selection is drawn with the lines."""
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text without margins, and the end of its lines."""
        if selection.end is None:
            self._lines.fill(END, END)
        text = [
            copied(self._lines.get(index), *span, self._left)
            for index in range(len(self._lines))
            if (span := selection.get_span(index)) is not None
        ]
        return "\n".join(text).strip("\n"), "\n"
