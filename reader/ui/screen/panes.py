"""List and reading pane: side by side or one at a time, which of them has the focus, how wide.

Knows nothing about their content. Until the first article is opened, a hint is shown instead of the
reading pane. Something else, such as the briefing, may be shown in its place for a while.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from reader.config.settings import WIDTHS, Settings
from reader.i18n import _
from reader.ui.screen.keys import not_open
from reader.ui.sidebar.density import columns_beside_article
from reader.ui.sidebar.widget import Sidebar
from reader.ui.textual_compat.compositor import Covered

if TYPE_CHECKING:
    from reader.ui.reading.pane import ReadingPane

NARROW = 100
"""Columns below which one pane is shown at a time, whatever width the user chose for the list."""

WIDTH_STEP = 4
LEAST_WIDTH = 24

COLUMNS = (66, 80, 100)
"""Cells of a line of text that a key goes through, and then `FULL`."""

FULL = WIDTHS[-1]
"""A line of text as wide as the reading pane."""


class Panes(Covered, inherit_bindings=False):
    """The list and what is right of it, by `-narrow`, `-reading`, `-zoomed` and `-aside`.

    width, column: cells of the list and of the text, as the user chose them; None: as the settings
    say. hint: plain text. aside: shown at the start in place of the hint.
    """

    def __init__(
        self,
        sidebar: Sidebar,
        *,
        settings: Settings,
        width: int | None,
        column: int | None,
        hint: str,
        say: Callable[[str], None],
        aside: Widget | None = None,
    ) -> None:
        super().__init__(classes="-aside" if aside is not None else None)
        self.sidebar = sidebar
        self.pane: ReadingPane | None = None
        """The reading pane; None until the first article is opened."""
        self.aside = aside
        """What can be shown in place of the reading pane; None until it is first shown."""
        self.chosen_width = width
        """Columns of the list, as the user chose them."""
        self.chosen_column = column
        """Most cells of a line of text, as the user chose them."""
        self._settings = settings
        self._say = say
        self._hint = Static(Content(hint), id="hint")
        self._list_width: int | None = None

    def compose(self) -> ComposeResult:
        """Yield the list and the hint; the reading pane is mounted when needed."""
        yield self.sidebar
        yield self._hint if self.aside is None else self.aside

    def show_hint(self, text: str) -> None:
        """Show plain text where the reading pane will be."""
        if self.right is None:
            self._hint.update(Content(text))

    async def mounted_pane(self) -> "ReadingPane":
        """Return the reading pane; on the first call it replaces the hint."""
        if self.pane is not None:
            return self.pane
        from reader.ui.reading.pane import ReadingPane

        self.pane = pane = ReadingPane()
        pane.column_width = self._column_width
        await self._put_right(pane)
        return pane

    async def _put_right(self, widget: Widget) -> None:
        """Mount a widget right of the list; the first one replaces the hint."""
        if self._hint.is_attached:
            await self._hint.remove()
        await self.mount(widget, after=self.sidebar)

    async def show_aside(self, widget: Widget) -> None:
        """Show a widget in place of the reading pane."""
        self.add_class("-aside")
        if self.aside is None:
            self.aside = widget
            await self._put_right(widget)

    def leave_aside(self) -> None:
        """Show the reading pane again, if there is one."""
        if self.pane is None or self.aside is None:
            return
        self.remove_class("-aside")
        if self.screen.focused is self.aside:
            self.screen.set_focus(self.pane)

    @property
    def shows_aside(self) -> bool:
        """Return whether the reading pane has given way to something else."""
        return self.has_class("-aside")

    @property
    def right(self) -> Widget | None:
        """Return what is shown right of the list; None while that is the hint."""
        return self.aside if self.shows_aside else self.pane

    @property
    def is_narrow(self) -> bool:
        """Return whether the terminal is so narrow that one pane is shown at a time."""
        return self.has_class("-narrow")

    @property
    def is_list_hidden(self) -> bool:
        """Return whether the reading pane is shown alone."""
        return self.has_class("-zoomed") or (self.is_narrow and self.has_class("-reading"))

    def show_article(self) -> None:
        """Focus the reading pane, or what is shown in its place."""
        if self.right is None:
            self._say(not_open(self._settings.keys))
            return
        self.add_class("-reading")
        self.screen.set_focus(self.right)  # at once: keys may have been typed ahead

    def show_list(self) -> None:
        """Focus the list."""
        self.remove_class("-zoomed", "-reading")
        self.screen.set_focus(self.sidebar)

    def change(self) -> None:
        """Focus the other pane."""
        if self.right is not None and self.screen.focused is self.right:
            self.show_list()
        else:
            self.show_article()

    def zoom(self) -> None:
        """Show the reading pane alone, or the list again."""
        if self.is_list_hidden:
            self.show_list()
            return
        if self.right is not None:
            self.add_class("-zoomed")
        self.show_article()

    def widen(self, steps: int) -> None:
        """Make the list wider by `steps`; negative: narrower."""
        if self.is_narrow or self.is_list_hidden:
            self._say(_("only one pane is visible"))
            return
        columns = self.screen.size.width
        widest = max(LEAST_WIDTH, columns - LEAST_WIDTH)
        width = (self._list_width or self.sidebar.outer_size.width) + steps * WIDTH_STEP
        self.chosen_width = min(widest, max(LEAST_WIDTH, width))
        self.fit(columns)

    def next_column(self) -> None:
        """Make the lines of text longer, or short again after the longest."""
        widest = self.pane.widest_column if self.pane is not None else FULL
        choices = [width for width in COLUMNS if width < widest]
        now = min(self._column_width, widest)
        chosen = next((width for width in choices if width > now), FULL)
        if now == widest:
            chosen = min(choices, default=FULL)
        if chosen == FULL and now == widest:
            self._say(_("the reading pane is too narrow for another width of lines"))
            return
        self.chosen_column = chosen
        if self.pane is not None:
            self.pane.column_width = chosen
        if chosen == FULL:
            self._say(_("lines of text: as wide as the reading pane"))
        else:
            said = _("lines of text: at most {number} characters")
            self._say(said.format(number=chosen))

    @property
    def _column_width(self) -> int:
        return self.chosen_column or self._settings.column_width

    def fit(self, columns: int) -> None:
        """Give the list the width that the user chose, or what its titles need.

        One pane is shown at a time where that leaves too little for an article. columns: of the
        terminal.
        """
        width = self.chosen_width or self._settings.sidebar_width
        if width is None:
            width = columns_beside_article(columns, self.sidebar.chosen_density)
        elif columns < NARROW:
            width = None
        self.set_class(width is None, "-narrow")
        if width != self._list_width:  # setting it lays the screen out again
            self._list_width = width
            self.sidebar.styles.width = width

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow the focus, which a click moves as keys do."""
        if event.widget is self.sidebar:
            self.remove_class("-reading")
        elif event.widget is self.right:
            self.add_class("-reading")
