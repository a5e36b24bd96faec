"""The yardstick: the least that a Textual app can be."""

from typing import ClassVar

from textual.app import App
from textual.binding import BindingType


class EmptyApp(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit")]


if __name__ == "__main__":
    EmptyApp().run()
