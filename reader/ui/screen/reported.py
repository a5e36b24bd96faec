"""Say in the status line what the library cannot do, instead of raising it in a handler."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Protocol

from reader.errors import CryptoreadError


class Speaker(Protocol):
    """A screen with a status line."""

    def say(self, text: str, *, error: bool = False) -> None:
        """Show plain text for a while."""


def reported(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return a handler that says a CryptoreadError in one sentence instead of raising it."""

    @wraps(handler)
    async def report(self: Speaker, *arguments: Any) -> None:
        try:
            await handler(self, *arguments)
        except CryptoreadError as error:
            self.say(str(error), error=True)

    @wraps(handler)
    def report_at_once(self: Speaker, *arguments: Any) -> None:
        try:
            handler(self, *arguments)
        except CryptoreadError as error:
            self.say(str(error), error=True)

    return report if iscoroutinefunction(handler) else report_at_once
