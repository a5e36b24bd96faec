"""The small protocol by which the parts of the main screen use the screen."""

from collections.abc import Callable
from typing import Any, Protocol

from textual.message import Message

from reader.query.language import Query
from reader.ui.sidebar.cursor import Place
from reader.ui.textual_compat.failures import Runs


class Host(Runs, Protocol):
    """The members of the screen that its parts may use."""

    @property
    def filter(self) -> Query:
        """Return the query that the list shows."""

    @property
    def is_searching(self) -> bool:
        """Return whether the search line is open."""

    @property
    def is_running(self) -> bool:
        """Return whether the screen still receives messages."""

    def show(self, query: Query, place: Place | None = None) -> object:
        """Show what the query matches. place: where the list stood when it showed that before."""

    def say(self, text: str, *, error: bool = False, patient: bool = False) -> None:
        """Show plain text for a while. patient: it does not answer a key and may wait."""

    def unsay(self, text: str) -> None:
        """Take back a message that no longer holds."""

    def key(self, id: str) -> str:
        """Return the key of a binding as it is shown; empty if it has none."""

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool:
        """Call back in the thread of the screen. Thread-safe."""

    def post_message(self, message: Message) -> bool:
        """Send the screen a message. Thread-safe."""
