"""A box with a page of text that scrolls if it is longer than the screen.

A subclass defines the page, which is laid out for every width.
"""

from textwrap import TextWrapper
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from reader.i18n import _, pgettext
from reader.ui.modals.modal import Modal
from reader.ui.modals.pick_list import Span
from reader.ui.textual_compat.failures import Guarded

Line = list[Span]


def wrap(text: str, width: int) -> list[str]:
    """Return the text in lines of at most `width` characters."""
    return TextWrapper(width, break_on_hyphens=False).wrap(text)


class Page(Guarded, ScrollView):
    """Scrolls and paints the lines of a page."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "page--error",
        "page--keys",
        "page--muted",
        "page--title",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", _("Down"), show=False, id="help.down"),
        Binding("k", "scroll_up", _("Up"), show=False, id="help.up"),
        Binding("g", "scroll_home", _("Top"), show=False, id="help.top"),
        Binding("G", "scroll_end", pgettext("page", "End"), show=False, id="help.end"),
        Binding("space,ctrl+d", "page_down", _("Page down"), show=False, id="help.page_down"),
        Binding("ctrl+u", "page_up", _("Page up"), show=False, id="help.page_up"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []

    @property
    def allow_vertical_scroll(self) -> bool:
        """Return True even without a scroll bar: a key may be typed as soon as the box opens."""
        return True

    def lay_out(self, width: int) -> list[Line]:
        """Return the page in lines of at most `width` cells."""
        raise NotImplementedError

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return the number of lines at this width less the scroll bar."""
        return len(self.lay_out(width - self.styles.scrollbar_size_vertical))

    def on_resize(self) -> None:
        """Lay the page out again for its new width."""
        self._lines = self.lay_out(self.scrollable_content_region.width)
        self.virtual_size = Size(0, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line at `y` of what is in view."""
        place, base = self.scroll_offset.y + y, self.rich_style
        spans = self._lines[place] if place < len(self._lines) else []
        segments = [
            Segment(text, base + self.get_component_rich_style(name) if name else base)
            for text, name in spans
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)


class PageScreen(Modal[bool]):
    """A box with a page. keys: what they do, besides those that scroll or close it."""

    def __init__(self, title: str, page: Page, keys: str = "") -> None:
        super().__init__()
        self._title = title
        self._page = page
        self._keys = keys or _("↑ ↓ scroll")

    def compose(self) -> ComposeResult:
        """Yield the page in a box with title and keys."""
        from textual.containers import Vertical

        with Vertical(classes="modal-box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content(" · ".join((self._keys, _("Esc close"))))
            yield self._page
