"""What the list and the reading pane share: views whose length changes without a new layout."""

from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView


class LongView(ScrollView, inherit_bindings=False):
    """A scroll view with a scroll bar that is always there.

    In Textual a new virtual size, or a scroll bar that appears, lays the whole screen out and
    paints it again, which takes longer than all else that a keystroke does.
    """

    virtual_size = Reactive(Size(0, 0), layout=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(LongView.show_vertical_scrollbar, True)

    def watch_virtual_size(self, size: Size) -> None:
        if self.container_size:  # none before the first layout, which does the same
            self._scroll_update(size)
