"""List and reading pane: side by side or one at a time, which of them has the keys, how wide.

What they show is not its affair.
"""

from typing import TYPE_CHECKING

from reader.ui.open_article import OpenArticle
from reader.ui.sidebar import Sidebar
from reader.ui.view import View

if TYPE_CHECKING:
    from reader.ui.reader_screen import ReaderScreen

NARROW = 100
"""Columns below which one pane is shown at a time."""

WIDTH_STEP = 4
LEAST_WIDTH = 24


class Panes:
    """Of one screen, by its classes `-narrow`, `-reading` and `-zoomed`. view: keeps the width."""

    def __init__(
        self, screen: "ReaderScreen", sidebar: Sidebar, article: OpenArticle, view: View
    ) -> None:
        self._screen = screen
        self._sidebar = sidebar
        self._article = article
        self._view = view
        self._list_width: int | None = None

    @property
    def is_narrow(self) -> bool:
        return self._screen.has_class("-narrow")

    @property
    def is_list_hidden(self) -> bool:
        screen = self._screen
        return screen.has_class("-zoomed") or (self.is_narrow and screen.has_class("-reading"))

    def show_article(self) -> None:
        """Go to the reading pane."""
        if self._article.pane is None:
            self._screen.say("no article is open yet")
            return
        self._screen.add_class("-reading")
        self._screen.set_focus(self._article.pane)  # at once: keys may have been typed ahead

    def show_list(self) -> None:
        """Go to the list."""
        self._screen.remove_class("-zoomed", "-reading")
        self._screen.set_focus(self._sidebar)

    def change(self) -> None:
        """Go to the other one."""
        if self._screen.focused is self._article.pane:
            self.show_list()
        else:
            self.show_article()

    def zoom(self) -> None:
        """The reading pane alone, or the list again."""
        if self.is_list_hidden:
            self.show_list()
            return
        if self._article.pane is not None:
            self._screen.add_class("-zoomed")
        self.show_article()

    def widen(self, steps: int) -> None:
        """Another width of the list."""
        if self.is_narrow or self.is_list_hidden:
            self._screen.say("only one pane is visible")
            return
        columns = self._screen.size.width
        widest = max(LEAST_WIDTH, columns - LEAST_WIDTH)
        width = (self._list_width or self._sidebar.outer_size.width) + steps * WIDTH_STEP
        self._view.sidebar_width = min(widest, max(LEAST_WIDTH, width))
        self._fit(columns)

    def resize(self, columns: int) -> None:
        """The terminal has so many columns."""
        self._screen.set_class(columns < NARROW, "-narrow")
        self._fit(columns)

    def _fit(self, columns: int) -> None:
        """The width that the reader chose; where one pane is shown at a time, all there is."""
        chosen = self._view.sidebar_width or self._screen.settings.sidebar_width
        width = chosen if columns >= NARROW else None
        if width != self._list_width:  # setting it lays the screen out anew
            self._list_width = width
            self._sidebar.styles.width = width
