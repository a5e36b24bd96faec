"""Report an unexpected error in one sentence, log it, and keep the screen open.

Textual ends the program when a handler, a timer or a callback raises, and stays silent when a
worker does. All code of the screen that can fail runs under `Guarded` or `in_background`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable
from typing import Any, Protocol, cast

from textual import events
from textual.app import App, ReturnType
from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.worker import Worker

_FATAL = (events.Load, events.Compose, events.Mount)
"""Messages without which there is nothing to show: their failure ends the program."""

Work = Callable[[], Awaitable[object]]


class Runs(Protocol):
    """A part of the screen that runs workers: any Textual node, or the host of one."""

    @property
    def app(self) -> App[Any]:
        """Return the application that reports failures."""

    def run_worker(
        self, work: Any, *, group: str, exclusive: bool, exit_on_error: bool
    ) -> Worker[Any]:
        """Run a coroutine function beside the screen, as Textual does."""


class Reports(Protocol):
    """An application that tells the user of a failure."""

    def report(self, error: Exception) -> None:
        """Say in one sentence what failed; write to the log unless the error is expected."""


def report(app: App[Any], error: Exception) -> None:
    """Tell the user of the failure; raise it where the application has no way to."""
    if not hasattr(app, "report"):
        raise error
    cast(Reports, app).report(error)


def in_background(node: Runs, work: Work, *, group: str, exclusive: bool = False) -> Worker[None]:
    """Run a coroutine beside the screen and report every failure in it.

    exclusive: cancel other work of the same node and group. Pass slow calls to `asyncio.to_thread`.
    """

    async def run() -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - Textual would not report it
            # Private: work may fail while the screen is closed; `App.is_exiting` would replace it.
            if not node.app._exit:
                report(node.app, error)

    return node.run_worker(run, group=group, exclusive=exclusive, exit_on_error=False)


async def ended(worker: Worker[None], seconds: float) -> None:
    """Wait until a worker has finished or failed, at most `seconds`."""
    waiting = asyncio.ensure_future(worker.wait())
    waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait({waiting}, timeout=seconds)


class Guarded(MessagePump):
    """Reports errors in its handlers, actions, callbacks and timers, and goes on."""

    # Private: Textual ends the message loop when a handler raises; a public error hook would do.
    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if isinstance(message, _FATAL):
                raise
            report(self.app, error)

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Call back after the next paint, as Textual does, but report an error in the callback."""
        return super().call_after_refresh(self._guarded, partial(callback, *args, **kwargs))

    def set_timer(
        self,
        delay: float,
        callback: Callable[[], Any] | None = None,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Timer:
        """Call back once after `delay` seconds and report an error in the callback."""
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
        """Call back every `interval` seconds and report an error in the callback."""
        guarded = callback and partial(self._guarded, callback)
        return super().set_interval(interval, guarded, name=name, repeat=repeat, pause=pause)

    async def _guarded(self, callback: Callable[[], Any]) -> None:
        try:
            result = callback()
            if isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001 - Textual would end the program
            report(self.app, error)


class GuardedApp(Guarded, App[ReturnType]):
    """An application that closes without a traceback on an error that it cannot survive."""

    crash: Exception | None = None
    """The error that closed the application."""

    # Private: Textual prints a traceback with all variables; a public error hook would replace it.
    def _fatal_error(self) -> None:
        self.crash = self._exception
        self._close_messages_no_wait()
