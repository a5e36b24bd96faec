"""The briefing in the reading pane: what keys and clicks do to its cursor and its groups.

It says what was chosen; the screen opens it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size, clamp
from textual.message import Message
from textual.strip import Strip

from reader.config.paths import resource
from reader.i18n import _
from reader.ui.briefing.lines import hint_alone, lay_out
from reader.ui.briefing.moments import right_until
from reader.ui.briefing.parts import STYLES, Key, Kind, Layout, Target
from reader.ui.textual_compat.long_view import LongView

if TYPE_CHECKING:
    from reader.cache.insight.briefing import Briefing
    from reader.ui.briefing.rows import Fetch

CURSOR = "briefing--cursor"
WIDEST = 110
"""Cells of the widest line: in longer ones the eye loses its row."""

_MARGIN = 2
_ABOVE = 1
"""Blank lines above the first."""

_MOVE = Binding.Group(_("Move"))
_OPEN = Binding.Group(_("Open"))


def _key(key: str, action: str, group: Binding.Group, id: str, name: str, tooltip: str) -> Binding:
    return Binding(key, action, name, tooltip=tooltip, id=f"briefing.{id}", group=group)


class BriefingPane(LongView, inherit_bindings=False):
    """Shows a briefing, with a cursor on all that opens.

    fetch: returns the rows of articles. now: the present moment, aware. hint: what is said if
    nothing is new.
    """

    # Read with this module: not every first screen shows it.
    DEFAULT_CSS = (resource("styles") / "35-briefing.tcss").read_text("utf-8")

    COMPONENT_CLASSES: ClassVar[set[str]] = {CURSOR, *(f"briefing--{name}" for name in STYLES)}
    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("j,down", "move(1)", _MOVE, "down", _("Down"), _("To the next place that opens")),
        _key("k,up", "move(-1)", _MOVE, "up", _("Up"), _("To the previous one")),
        _key("g,home", "top", _MOVE, "top", _("Top"), _("To the first one")),
        _key("G,end", "bottom", _MOVE, "bottom", _("Bottom"), _("To the last one")),
        _key(
            "ctrl+d",
            "page(0.5)",
            _MOVE,
            "half-page-down",
            _("Half page down"),
            _("Half a page down"),
        ),
        _key("ctrl+u", "page(-0.5)", _MOVE, "half-page-up", _("Half page up"), _("Half a page up")),
        _key("space,pagedown", "page(1)", _MOVE, "page-down", _("Page down"), _("A page down")),
        _key("pageup", "page(-1)", _MOVE, "page-up", _("Page up"), _("A page up")),
        _key("h,left", "left", _OPEN, "left", _("Left"), _("Close the group, or go to the list")),
        _key("l,right", "right", _OPEN, "right", _("Right"), _("Open the group, story or article")),
        _key(
            "enter",
            "choose",
            _OPEN,
            "open",
            _("Open"),
            _("Open the story, article or group; filter the list by the tag or word"),
        ),
        _key(
            "M",
            "catch_up",
            _OPEN,
            "caught-up",
            _("Caught up"),
            _("Caught up to here; again: mark it all as read"),
        ),
        _key("escape", "leave", _OPEN, "leave", _("Leave"), _("Back to what was here before")),
    ]

    class Chosen(Message):
        """A place was opened."""

        def __init__(self, target: Target) -> None:
            self.target = target
            super().__init__()

    class CaughtUp(Message):
        """The user has seen all that is here."""

    class Left(Message):
        """The user goes back."""

    def __init__(self, fetch: "Fetch", *, now: Callable[[], datetime], hint: str) -> None:
        super().__init__()
        self._fetch = fetch
        self._now = now
        self._hint = hint
        self._briefing: Briefing | None = None
        self._days = 1
        self._is_waiting = False
        """Whether the hint is shown until a briefing is known."""
        self._opened: set[Key] = set()
        self._layout = Layout()
        self._cursor = 0
        """Which of the places the cursor is on."""

    # What the screen asks for.

    @property
    def target(self) -> Target | None:
        """Return what is under the cursor."""
        stops = self._layout.stops
        return stops[self._cursor].target if stops else None

    def show(self, briefing: "Briefing", days: int = 1) -> None:
        """Show a briefing; the cursor stays on what it names, else on its place.

        days: which it is about where there was no visit.
        """
        self._briefing, self._days = briefing, days
        self._lay_out()
        self.refresh()

    def show_hint(self) -> None:
        """Show the hint until a briefing is known."""
        self._is_waiting = True
        self._lay_out()
        self.refresh()

    def right_until(self) -> datetime:
        """Return until when its lines are right as they are."""
        return right_until(self._layout.instants, self._now())

    def size_changed(self) -> None:
        """Lay out again for another width."""
        self._lay_out()

    def _lay_out(self) -> None:
        if not self.outer_size:  # it is laid out when it has a size
            return
        if self._briefing is None:
            self._layout = hint_alone(self._hint, self._width) if self._is_waiting else Layout()
            return
        target = self.target
        self._layout = lay_out(
            self._briefing,
            width=self._width,
            now=self._now(),
            opened=self._opened,
            fetch=self._fetch,
            hint=self._hint,
            days=self._days,
        )
        targets = [stop.target for stop in self._layout.stops]
        kinds = [target.kind for target in targets]
        if target in targets:
            self._cursor = targets.index(target)
        elif target is None and Kind.STORY in kinds:
            self._cursor = kinds.index(Kind.STORY)
        self._cursor = clamp(self._cursor, 0, max(0, len(targets) - 1))
        self.virtual_size = Size(1, _ABOVE + len(self._layout.lines))

    @property
    def _width(self) -> int:
        seen = self.outer_size.width - self.scrollbar_size_vertical  # known while it is hidden
        return max(1, min(WIDEST, seen - 2 * _MARGIN))

    # Painting.

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor: keys go elsewhere."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line at `y` of what is in view."""
        width, base = self.size.width, self.style_of("")
        line = self.scroll_offset.y + y - _ABOVE
        if not 0 <= line < len(self._layout.lines):
            return Strip.blank(width, base)
        parts = [
            Segment(text, self.style_of(f"briefing--{name}" if name else ""))
            for text, name in self._layout.lines[line]
        ]
        strip = self._with_cursor(Strip(parts).adjust_cell_length(self._width, base), line)
        margin = Strip.blank(_MARGIN, base)
        return Strip.join([margin, strip]).adjust_cell_length(width, base)

    def _with_cursor(self, strip: Strip, line: int) -> Strip:
        stops = self._layout.stops
        if not self.has_focus or not stops or stops[self._cursor].line != line:
            return strip
        _target, _line, start, end = stops[self._cursor]
        chosen = Segment.apply_style(strip.crop(start, end), post_style=self.style_of(CURSOR))
        return Strip.join([strip.crop(0, start), Strip(chosen), strip.crop(end)])

    # Keys.

    def action_move(self, steps: int) -> None:
        """Move the cursor down by `steps` places; negative: up."""
        if self._layout.stops:
            self._go(self._cursor + steps)
        else:
            self._scroll(self.scroll_offset.y + steps)

    def action_top(self) -> None:
        """Move the cursor to the first place."""
        self._go(0)

    def action_bottom(self) -> None:
        """Move the cursor to the last place."""
        self._go(len(self._layout.stops) - 1)

    def action_page(self, pages: float) -> None:
        """Scroll down by `pages`, with the cursor; negative: up."""
        stops = self._layout.stops
        if not stops:
            return
        lines = int(self.size.height * pages)
        wanted = stops[self._cursor].line + lines
        self._scroll(self.scroll_offset.y + lines)
        after = range(len(stops)) if lines > 0 else range(len(stops) - 1, -1, -1)
        passed = (
            k for k in after if (stops[k].line >= wanted if lines > 0 else stops[k].line <= wanted)
        )
        self._go(next(passed, after[-1]))

    def action_left(self) -> None:
        """Go to the place left of this one, close the group around it, or go to the list."""
        target, before = self.target, self._neighbour(-1)
        key = target.key if target is not None else ()
        if before is not None:
            self._go(before)
        elif target and target.kind is Kind.ARTICLE and key:
            self._go_to(Target(Kind.GROUP, key=key))
        elif key in self._opened:
            self._fold(key)
        elif key[:-1]:
            self._go_to(Target(Kind.GROUP, key=key[:-1]))
        else:
            self.call_later(self.run_action, "screen.to_list")

    def action_right(self) -> None:
        """Go to the place right of this one, else open this one, or step into the open group."""
        target, following = self.target, self._neighbour(1)
        if following is not None:
            self._go(following)
        elif target and target.kind is Kind.GROUP and target.key in self._opened:
            self.action_move(1)
        else:
            self.action_choose()

    def action_choose(self) -> None:
        """Open what is under the cursor."""
        if (target := self.target) is None:
            return
        if target.kind is Kind.GROUP:
            self._fold(target.key)
        else:
            self.post_message(self.Chosen(target))

    def action_catch_up(self) -> None:
        """Say that the user has seen all that is here."""
        self.post_message(self.CaughtUp())

    def action_leave(self) -> None:
        """Go back to what was here before."""
        self.post_message(self.Left())

    def on_click(self, event: events.Click) -> None:
        """Open what was clicked."""
        event.stop()
        line = self.scroll_offset.y + event.y - _ABOVE
        place = self._layout.at(event.x - _MARGIN, line)
        if place is not None:
            self._go(place)
            self.action_choose()

    def _neighbour(self, step: int) -> int | None:
        """Return the place beside the cursor on its line."""
        stops, place = self._layout.stops, self._cursor + step
        if 0 <= place < len(stops) and stops[place].line == stops[self._cursor].line:
            return place
        return None

    def _fold(self, key: Key) -> None:
        """Open or close the group under the cursor, with what it then shows in view."""
        self._opened ^= {key}
        before = len(self._layout.lines)
        self._lay_out()
        added = len(self._layout.lines) - before
        if added > 0:
            self._reveal(self._layout.stops[self._cursor].line + min(added, self.size.height // 2))
        self._reveal()
        self.refresh()

    def _go_to(self, target: Target) -> None:
        self._go([stop.target for stop in self._layout.stops].index(target))

    def _go(self, place: int) -> None:
        """Move the cursor to a place, or to the nearest one."""
        if not self._layout.stops:
            return
        self._cursor = clamp(place, 0, len(self._layout.stops) - 1)
        self._reveal()
        self.refresh()

    def _reveal(self, line: int | None = None) -> None:
        """Scroll as little as brings the line into view; None: that of the cursor."""
        if line is None:
            line = self._layout.stops[self._cursor].line
        line += _ABOVE
        top = clamp(self.scroll_offset.y, line - self.size.height + 1, line)
        self._scroll(0 if self._cursor == 0 else top)

    def _scroll(self, top: int) -> None:
        if self.size:
            self.scroll_to(y=clamp(top, 0, self.max_scroll_y), animate=False, force=True)
