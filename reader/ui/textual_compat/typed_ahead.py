"""Queue keys and clicks: each is delivered when the work of the one before it is done.

Textual delivers keys as they come. Of `l` and Space, typed fast, both would go to the list; of `t`
and a letter, the letter would be lost; a letter typed after Enter would go to the closing line.
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
"""Input events that are delivered one at a time."""

ROUNDS = 5
"""How often to wait for messages, as each message of a key may lead to another."""

PATIENCE_S = 2.0
"""How long a removed or busy widget may hold back the keyboard."""


class TypedAhead:
    """The keys and clicks of one application that wait for their turn."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Act] = deque()
        self._turn = 0
        """Number of the present turn; a callback of an earlier one is ignored."""
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Return whether the next key or click is delivered at once."""
        return self._deadline is None

    def may_go(self, act: Act) -> bool:
        """Return whether to deliver it now; otherwise it is queued."""
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
        """Return the node that receives it first."""
        if isinstance(act, events.MouseEvent):
            with suppress(NoWidget):
                return self._app.get_widget_at(act.x, act.y)[0]
        return self._app.focused or self._app.screen

    async def gone_to(self, target: DOMNode) -> None:
        """Deliver the next one when the messages of this one are handled."""
        await self._follow(target.ancestors_with_self, ROUNDS, self._turn)

    async def _follow(self, path: Sequence[DOMNode], rounds: int, turn: int) -> None:
        """Queue a callback after the messages of each node on the path, in `rounds` rounds."""
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
        """Deliver the next one, in the task of the app, so that no newer key overtakes it."""
        if turn != self._turn or self._deadline is None:
            return
        self._deadline.cancel()
        self._deadline = None
        if self._waiting:
            await self._app.on_event(self._waiting.popleft())
