"""What a handler does about an error that the reader can do something about: it says so."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Protocol

from reader.errors import CryptoreadError


class Speaker(Protocol):
    def say(self, text: str, *, error: bool = False) -> None:
        """Tell the reader something."""


def reported(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A handler that says what the library cannot do, where Textual would end the program."""

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
