"""Report what no handler expected: one sentence and a record in the log; the screen stays.

Textual ends the program when a handler, a timer or a callback raises, and says nothing at all when
a worker does. Everything of the screen that can fail goes through `Guarded` or `in_background`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable
from typing import Any, Protocol, cast

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.worker import Worker

_FATAL = (events.Load, events.Compose, events.Mount)
"""Messages after whose failure there is nothing to show."""

Work = Callable[[], Awaitable[object]]


class Reports(Protocol):
    """An application that tells the user of a failure."""

    def report(self, error: Exception) -> None:
        """Say in one sentence what failed; write to the log unless the error is expected."""


def report(app: App[Any], error: Exception) -> None:
    """Tell the user of the failure; raise it where the application has no way to."""
    if not hasattr(app, "report"):
        raise error
    cast(Reports, app).report(error)


def in_background(
    node: DOMNode, work: Work, *, group: str, exclusive: bool = False
) -> Worker[None]:
    """Run a coroutine beside the screen; every failure inside is reported.

    group: of which `exclusive` cancels the others. Slow calls go to `asyncio.to_thread`.
    """

    async def run() -> None:
        try:
            await work()
        except Exception as error:
            if not node.app._exit:  # what is torn down while it runs may fail
                report(node.app, error)

    return node.run_worker(run, group=group, exclusive=exclusive, exit_on_error=False)


async def ended(worker: Worker[None], seconds: float) -> None:
    """Wait until a worker has ended, whether it did its work or not, and no longer than that."""
    waiting = asyncio.ensure_future(worker.wait())
    waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait({waiting}, timeout=seconds)


class Guarded(MessagePump):
    """Reports what fails in its handlers, actions, callbacks and timers, and goes on."""

    # Textual's own method leaves the loop of the pump when a handler raises, for good.
    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if isinstance(message, _FATAL):
                raise
            report(self.app, error)

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """As Textual's, which ends the program when the callback raises."""
        return super().call_after_refresh(self._guarded, partial(callback, *args, **kwargs))

    def set_timer(
        self,
        delay: float,
        callback: Callable[[], Any] | None = None,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Timer:
        """As `call_after_refresh`, after a while."""
        guarded = callback and partial(self._guarded, callback)
        return super().set_timer(delay, guarded, name=name, pause=pause)

    def set_interval(
        self,
        interval: float,
        callback: Callable[[], Any] | None = None,
        *,
        name: str | None = None,
        repeat: int = 0,
        pause: bool = False,
    ) -> Timer:
        """As `set_timer`, again and again."""
        guarded = callback and partial(self._guarded, callback)
        return super().set_interval(interval, guarded, name=name, repeat=repeat, pause=pause)

    async def _guarded(self, callback: Callable[[], Any]) -> None:
        try:
            result = callback()
            if isawaitable(result):
                await result
        except Exception as error:
            report(self.app, error)
