"""Screens that are shown without what Textual adds to every screen and does twice."""

from typing import Any

from textual import events
from textual.app import App
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

from reader.ui.textual_compat.failures import Guarded


class Light(Guarded, Screen[ScreenResultType]):
    """A screen without tooltips that has a place for toasts when there is one to show.

    Textual mounts both, with a scroll bar, before the first frame.
    """

    # Private: Textual adds its widgets to what `compose` yields; an option would replace it.
    def _extend_compose(self, widgets: list[Widget]) -> None:
        """Add nothing."""

    def make_room_for_toasts(self) -> None:
        """Mount the place for toasts, if there is none."""
        from textual.widgets._toast import ToastRack  # private: Textual has no other

        if not self.query_children(ToastRack):
            self.mount(ToastRack(id="textual-toastrack"), before=0)


class LightScreen(Light[None]):
    """The first screen."""

    _is_new = True

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Keep the styles that each widget got when it was mounted, moments ago."""
        if self._is_new:
            self._is_new = False
            event.refresh_styles = False


def make_room_for_toasts(app: App[Any]) -> None:
    """Let each screen show toasts."""
    for screen in app.screen_stack:
        if isinstance(screen, Light):
            screen.make_room_for_toasts()
