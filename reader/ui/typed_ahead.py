"""Keys and clicks in their turn: each is handed on when what the last one set off is done.

Textual hands keys on as they come. Of `l` and Space, typed at once, both would go to the list, of
`t` and a letter the letter nowhere, and a letter right behind Enter to the line that Enter closes.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.errors import NoWidget

Act = events.Key | events.Paste | events.MouseDown | events.MouseUp
"""What the one at the keyboard does, and sees the answer to before the next, however late."""

ROUNDS = 5
"""What a key sets off goes as a message from widget to widget, and may set off the next message."""

PATIENCE_S = 2.0
"""A widget that is gone or busy for so long must not lock the keyboard."""


class TypedAhead:
    """What was done in one application and has still to wait for its turn."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Act] = deque()
        self._turn = 0
        """Of which a late messenger may come back."""
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether a key or click that comes now is handed on at once."""
        return self._deadline is None

    def may_go(self, act: Act) -> bool:
        """Whether it is its turn; else it is kept until then."""
        if not self.is_idle:
            self._waiting.append(act)
            return False
        self._turn += 1
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(
            PATIENCE_S, self._app.call_later, self._next_after, self._turn
        )
        return True

    def target(self, act: Act) -> DOMNode:
        """Who gets it first."""
        if isinstance(act, events.MouseEvent):
            with suppress(NoWidget):
                return self._app.get_widget_at(act.x, act.y)[0]
        return self._app.focused or self._app.screen

    async def gone_to(self, target: DOMNode) -> None:
        """It was handed on: the next may go when a messenger behind it has come back."""
        await self._follow(target.ancestors_with_self, ROUNDS, self._turn)

    async def _follow(self, path: Sequence[DOMNode], rounds: int, turn: int) -> None:
        """Go to the next on the path, behind all that waits there; round again if more does."""
        for place, node in enumerate(path, 1):
            if node.call_later(self._follow, path[place:], rounds, turn):
                return
        focus = self._app.focused or self._app.screen
        path = focus.ancestors_with_self
        if rounds > 1 and any(node.message_queue_size for node in path[:-1]):
            await self._follow(path, rounds - 1, turn)
        elif rounds > 0 and not focus.size:  # not laid out yet: keys may be about what is seen
            focus.call_after_refresh(self._app.call_later, self._follow, (), 0, turn)
        else:
            await self._next_after(turn)

    async def _next_after(self, turn: int) -> None:
        """In the application's own task, so that no key that comes now overtakes one that waits."""
        if turn != self._turn or self._deadline is None:
            return
        self._deadline.cancel()
        self._deadline = None
        if self._waiting:
            await self._app.on_event(self._waiting.popleft())
