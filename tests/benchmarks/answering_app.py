"""The baseline of a key: a Textual app that shows one number, and counts it up."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Static


class AnsweringApp(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit"), ("x", "count", "Count")]

    number = 0

    def compose(self) -> ComposeResult:
        yield Static("0")

    def action_count(self) -> None:
        self.number += 1
        self.query_one(Static).update(str(self.number))


if __name__ == "__main__":
    AnsweringApp().run()
