"""The baseline: an empty Textual app."""

from typing import ClassVar

from textual.app import App
from textual.binding import BindingType


class EmptyApp(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit")]


if __name__ == "__main__":
    EmptyApp().run()
